using System.Runtime.InteropServices;
using Mcr.Native.Egress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>A kernel made of memory: remembers what was sent, refuses what it is told to refuse (errno of the first message of a call).</summary>
internal sealed unsafe class MemorySink : IDatagramSink
{
    public List<(int Descriptor, int Length)> Sent { get; } = [];

    public List<int> Segments { get; } = [];

    public List<byte[]> Payloads { get; } = [];

    public int Calls { get; private set; }

    public int Refusals { get; private set; }

    /// <summary>Descriptor and segment size to errno, 0 for none.</summary>
    public Func<int, int, int> Refuse { get; set; } = (_, _) => 0;

    public Func<int, int> RefuseLength { get; set; } = _ => 0;

    public bool KeepPayloads { get; set; }

    public int Send(int descriptor, Libc.mmsghdr* messages, int count)
    {
        Calls++;
        for (int i = 0; i < count; i++)
        {
            ref Libc.msghdr message = ref messages[i].msg_hdr;
            int length = 0;
            for (nuint v = 0; v < message.msg_iovlen; v++)
                length += (int)message.msg_iov[v].iov_len;
            int segment = Segment(message);
            int errno = Refuse(descriptor, segment);
            if (errno == 0)
                errno = RefuseLength(length);
            if (errno != 0)
            {
                // sendmmsg(2): an error after the first message is reported by the next call.
                if (i > 0)
                    return i;
                Refusals++;
                return -errno;
            }

            Sent.Add((descriptor, length));
            if (segment > 0)
                Segments.Add(segment);
            if (KeepPayloads)
                Keep(message, segment);
        }

        return count;
    }

    private void Keep(Libc.msghdr message, int segment)
    {
        using var all = new MemoryStream();
        for (nuint v = 0; v < message.msg_iovlen; v++)
            all.Write(new ReadOnlySpan<byte>(message.msg_iov[v].iov_base, (int)message.msg_iov[v].iov_len));
        byte[] bytes = all.ToArray();
        if (segment == 0)
            Payloads.Add(bytes);
        else
            Payloads.AddRange(bytes.Chunk(segment));
    }

    private static int Segment(Libc.msghdr message)
    {
        if (message.msg_control is null)
            return 0;
        var control = (Libc.cmsghdr*)message.msg_control;
        return control->cmsg_level == Libc.IPPROTO_UDP && control->cmsg_type == Libc.UDP_SEGMENT ? *(ushort*)((byte*)control + sizeof(Libc.cmsghdr)) : 0;
    }
}

/// <summary>Native 64-bit words, zero at first.</summary>
internal sealed unsafe class PinnedWords(int count) : IDisposable
{
    public long* Pointer { get; } = (long*)NativeMemory.AllocZeroed((nuint)count, sizeof(long));

    public void Dispose() => NativeMemory.Free(Pointer);
}
