using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Mcr.Native.Kernel;

/// <summary>The kernel's lists in /proc/net, of the calling thread's namespace: how they are read, and how addresses stand in them.</summary>
internal static class ProcNet
{
    /// <summary>Of each list; a line of the longest (udp6) has 170 bytes.</summary>
    private const int MostBytes = 8 << 20;

    /// <summary>Whole lines, the first <see cref="MostBytes"/> of them; empty where the kernel has no such list.</summary>
    /// <exception cref="IOException">it cannot be read.</exception>
    public static string Read(string list)
    {
        string path = $"/proc/thread-self/net/{list}";
        if (!File.Exists(path))
            return "";
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[64 * 1024];
        int length = 0;
        while (length < MostBytes)
        {
            if (length == bytes.Length)
                Array.Resize(ref bytes, bytes.Length * 2);
            int read = file.Read(bytes, length, bytes.Length - length);
            if (read == 0)
                break;
            length += read;
        }

        string text = Encoding.Latin1.GetString(bytes, 0, length);
        return text[..(text.LastIndexOf('\n') + 1)];
    }

    /// <summary>Words of 32 bits in hexadecimal, one or four, each as the machine stores it: <c>010101EF</c> is 239.1.1.1 where the lowest byte comes first.</summary>
    public static bool TryParseWords(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        Span<uint> words = stackalloc uint[4];
        if (text.Length is not (8 or 32))
            return false;
        for (int i = 0; i < text.Length / 8; i++)
        {
            if (!uint.TryParse(text.Slice(i * 8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out words[i]))
                return false;
        }

        address = new IPAddress(MemoryMarshal.AsBytes(words[..(text.Length / 8)]));
        return true;
    }
}
