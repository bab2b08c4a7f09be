using System.Runtime.InteropServices;
using Mcr.Native.Egress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>A kernel made of memory: remembers what was sent, refuses what it is told to refuse (errno of the first message of a call).</summary>
internal sealed unsafe class MemorySink : IDatagramSink
{
    public List<(int Descriptor, int Length)> Sent { get; } = [];

    /// <summary>Of the messages that had one.</summary>
    public List<int> Segments { get; } = [];

    public List<byte[]> Payloads { get; } = [];

    /// <summary>Time to live and TOS that went with each message; 0 where it had none.</summary>
    public List<(int Ttl, int Tos)> Control { get; } = [];

    /// <summary>When each message was sent, by <see cref="Now"/>.</summary>
    public List<long> Times { get; } = [];

    public int Calls { get; private set; }

    public int Refusals { get; private set; }

    /// <summary>Descriptor and segment size to errno, 0 for none.</summary>
    public Func<int, int, int> Refuse { get; set; } = (_, _) => 0;

    public Func<int, int> RefuseLength { get; set; } = _ => 0;

    /// <summary>Descriptor, segment size and all bytes of a message to errno.</summary>
    public Func<int, int, byte[], int>? RefuseBytes { get; set; }

    public bool KeepPayloads { get; set; }

    public long Now { get; set; } = 1_000_000_000;

    public int Send(int descriptor, Libc.mmsghdr* messages, int count)
    {
        Calls++;
        for (int i = 0; i < count; i++)
        {
            ref Libc.msghdr message = ref messages[i].msg_hdr;
            int length = 0;
            for (nuint v = 0; v < message.msg_iovlen; v++)
                length += (int)message.msg_iov[v].iov_len;
            int segment = Find(message, Libc.IPPROTO_UDP, Libc.UDP_SEGMENT) & ushort.MaxValue;
            int errno = Refuse(descriptor, segment);
            if (errno == 0)
                errno = RefuseLength(length);
            if (errno == 0 && RefuseBytes is not null)
                errno = RefuseBytes(descriptor, segment, Bytes(message));
            if (errno != 0)
            {
                // sendmmsg(2): an error after the first message is reported by the next call.
                if (i > 0)
                    return i;
                Refusals++;
                return -errno;
            }

            Sent.Add((descriptor, length));
            Control.Add((
                Find(message, Libc.IPPROTO_IP, Libc.IP_TTL) | Find(message, Libc.IPPROTO_IPV6, Libc.IPV6_HOPLIMIT),
                Find(message, Libc.IPPROTO_IP, Libc.IP_TOS) | Find(message, Libc.IPPROTO_IPV6, Libc.IPV6_TCLASS)));
            Times.Add(Now);
            if (segment > 0)
                Segments.Add(segment);
            if (KeepPayloads)
                Payloads.AddRange(segment == 0 ? [Bytes(message)] : Bytes(message).Chunk(segment));
        }

        return count;
    }

    private static byte[] Bytes(Libc.msghdr message)
    {
        using var all = new MemoryStream();
        for (nuint v = 0; v < message.msg_iovlen; v++)
            all.Write(new ReadOnlySpan<byte>(message.msg_iov[v].iov_base, (int)message.msg_iov[v].iov_len));
        return all.ToArray();
    }

    private static int Find(Libc.msghdr message, int level, int type)
    {
        var at = (byte*)message.msg_control;
        byte* end = at + message.msg_controllen;
        while (at < end)
        {
            var control = (Libc.cmsghdr*)at;
            byte* data = at + sizeof(Libc.cmsghdr);
            if (control->cmsg_level == level && control->cmsg_type == type)
                return control->cmsg_len == ControlMessage.Length(sizeof(ushort)) ? *(ushort*)data : *(int*)data;
            at += ControlMessage.Align(control->cmsg_len);
        }

        return 0;
    }
}

/// <summary>Native 64-bit words, zero at first.</summary>
internal sealed unsafe class PinnedWords(int count) : IDisposable
{
    public long* Pointer { get; } = (long*)NativeMemory.AllocZeroed((nuint)count, sizeof(long));

    public void Dispose() => NativeMemory.Free(Pointer);
}
