using System.Diagnostics;
using System.Security.Cryptography;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>
/// Receives batches with recvmmsg and checks every payload. Allocates nothing per datagram. What the kernel stamped on arrival is
/// compared with the time in the payload, so the latency ends where this host got the datagram and not where this process woke up.
/// </summary>
internal sealed unsafe class Receiver
{
    private const int Batch = 64;

    /// <summary>Room for any datagram. Not a power of two: slots 64 KiB apart would all fall into the same few lines of the cache.</summary>
    private const int Slot = 65536 + 25 * 64;

    /// <summary>
    /// At a high rate, let a batch gather instead of being woken for each datagram: on 2 virtual CPUs this halved the CPU time of the receiver,
    /// and the sender beside it reached 290,000/s instead of 215,000/s. Meanwhile the kernel stamps and the socket buffers, so neither
    /// latency nor loss is touched.
    /// </summary>
    private const double Gather = 100e-6;

    /// <summary>The control messages asked for need 32 (a timespec) and 24 bytes (a segment size).</summary>
    private const int ControlSize = 64;

    /// <summary>When interrupted under a load that never leaves the queue empty.</summary>
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(1);

    private readonly ReceiveOptions _options;
    private readonly FileDescriptor _socket;
    private readonly TextWriter _output;
    private readonly IncrementalHash? _hash;
    private readonly StreamSet _streams = new();
    private readonly LatencyHistogram _latency = new();

    // Pinned, because the kernel gets their addresses.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(Batch * Slot, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(Batch * ControlSize, pinned: true);
    private readonly Libc.iovec[] _vectors = GC.AllocateArray<Libc.iovec>(Batch, pinned: true);
    private readonly Libc.mmsghdr[] _messages = GC.AllocateArray<Libc.mmsghdr>(Batch, pinned: true);

    private long _received;
    private long _bytes;
    private long _corrupted;
    private long _unnumbered;
    private long _unverified;
    private long _ratesAt;
    private long _receivedAtRates;

    public Receiver(ReceiveOptions options, FileDescriptor socket, TextWriter output)
    {
        _options = options;
        _socket = socket;
        _output = output;
        _hash = options.Sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        fixed (byte* buffer = _buffer, control = _control)
        fixed (Libc.iovec* vectors = _vectors)
        {
            for (int i = 0; i < Batch; i++)
            {
                _vectors[i] = new Libc.iovec { iov_base = buffer + i * Slot, iov_len = Slot };
                _messages[i].msg_hdr.msg_iov = vectors + i;
                _messages[i].msg_hdr.msg_iovlen = 1;
                _messages[i].msg_hdr.msg_control = control + i * ControlSize;
            }
        }
    }

    private bool CountReached => _options.Count is not { } count || _streams.Unique + _unnumbered >= count;

    /// <exception cref="LinuxException">the socket failed.</exception>
    public ReceiveSummary Run(StopSignal stop)
    {
        Sleeper.Sharpen();
        long latest = _ratesAt = Stopwatch.GetTimestamp();
        long? stoppedAt = null;
        while (true)
        {
            // Read before receiving: what had arrived when the signal came still counts.
            bool stopping = stop.IsRequested;
            int messages = ReceiveBatch(stopping ? Libc.MSG_DONTWAIT : Libc.MSG_WAITFORONE);
            long now = Stopwatch.GetTimestamp();
            long arrival = WallClock.Nanoseconds;
            for (int i = 0; i < messages; i++)
            {
                if (CheckMessage(i, arrival))
                    return Summary();
            }

            if (stopping && (messages == 0 || Stopwatch.GetElapsedTime(stoppedAt ??= now, now) >= LongestDrain))
                break;
            if (messages > 0)
                latest = now;
            else if ((_received == 0 ? _options.FirstTimeout : _options.Timeout) is { } limit && Stopwatch.GetElapsedTime(latest, now) >= limit)
                break;
            if (messages is > 1 and < Batch && !stopping)
                Sleeper.Sleep(Gather);
            if (_options.Rates && Stopwatch.GetElapsedTime(_ratesAt, now).TotalSeconds >= 1)
                WriteRate(now);
        }

        return Summary();
    }

    /// <returns>How many messages arrived; 0 when none did, or none within the socket's receive timeout.</returns>
    private int ReceiveBatch(int flags)
    {
        for (int i = 0; i < Batch; i++)
            _messages[i].msg_hdr.msg_controllen = ControlSize;
        fixed (Libc.mmsghdr* messages = _messages)
        {
            SysResult result = SysResult.From(Libc.recvmmsg(_socket.Raw, messages, Batch, flags, null));
            return result.Is(Libc.EAGAIN) || result.Is(Libc.EINTR)
                ? 0
                : result.OrThrow($"recvmmsg on {_options.Endpoint.Address}");
        }
    }

    /// <summary>Takes apart what the kernel delivered merged (UDP_GRO): datagrams of one size, the last one perhaps shorter.</summary>
    /// <returns>Whether that was the last datagram asked for.</returns>
    private bool CheckMessage(int message, long arrival)
    {
        int left = (int)_messages[message].msg_len;
        int segment = left;
        ReadControl(message, ref arrival, ref segment);
        int at = message * Slot;
        do
        {
            int size = Math.Min(segment, left);
            Check(_buffer.AsSpan(at, size), arrival);
            at += size;
            left -= size;
            if (_options.Count is not null && CountReached)
                return true;
        }
        while (left > 0);
        return false;
    }

    /// <summary>
    /// Replaces the time of arrival by the kernel's, and the size of a datagram by that of a merged one, where the kernel told them.
    /// It begins to stamp only some time after it was asked to, so the first few datagrams may have no time.
    /// </summary>
    private void ReadControl(int message, ref long arrival, ref int segment)
    {
        nuint length = _messages[message].msg_hdr.msg_controllen;
        nuint header = (nuint)sizeof(Libc.cmsghdr);
        fixed (byte* control = &_control[message * ControlSize])
        {
            // In bounds: the kernel wrote length bytes, whole messages, each at a multiple of 8.
            for (nuint at = 0; at + header < length;)
            {
                var one = (Libc.cmsghdr*)(control + at);
                if (one->cmsg_level == Libc.SOL_SOCKET && one->cmsg_type == Libc.SCM_TIMESTAMPNS)
                {
                    var time = (Libc.timespec*)(one + 1);
                    arrival = time->tv_sec * 1_000_000_000L + time->tv_nsec;
                }
                else if (one->cmsg_level == Libc.IPPROTO_UDP && one->cmsg_type == Libc.UDP_GRO)
                {
                    segment = *(int*)(one + 1);
                }

                at += (one->cmsg_len + 7) & ~(nuint)7;
            }
        }
    }

    private void Check(Span<byte> payload, long arrival)
    {
        _received++;
        _bytes += payload.Length;
        _hash?.AppendData(payload);
        switch (Payload.Read(payload, out PayloadHeader header))
        {
            case PayloadVerdict.Intact when _streams.TryAdd(header.Stream, header.Sequence):
                _latency.Record(arrival - header.SentNanoseconds);
                break;
            case PayloadVerdict.Intact:
                _unverified++;
                break;
            case PayloadVerdict.Numbered:
                _unverified++;
                _streams.TryAdd(header.Stream, header.Sequence);
                break;
            case PayloadVerdict.Unnumbered:
                _unverified++;
                _unnumbered++;
                break;
            case PayloadVerdict.Corrupted:
                _corrupted++;
                break;
        }
    }

    private void WriteRate(long now)
    {
        double pps = (_received - _receivedAtRates) / Stopwatch.GetElapsedTime(_ratesAt, now).TotalSeconds;
        _output.WriteLine($"rate pps={pps:F0} received={_received} lost={_streams.Missing()}");
        _output.Flush();
        _ratesAt = now;
        _receivedAtRates = _received;
    }

    private ReceiveSummary Summary() => new()
    {
        Received = _received,
        Lost = _options.Count is { } count ? _streams.MissingOf(Math.Max(0, count - _unnumbered)) : _streams.Missing(),
        Duplicated = _streams.Duplicated,
        Reordered = _streams.Reordered,
        Corrupted = _corrupted,
        Bytes = _bytes,
        First = _streams.First,
        Last = _streams.Last,
        Latency = _latency,
        Streams = _streams.Streams,
        Unverified = _unverified,
        Sha256 = _hash is null ? null : Convert.ToHexStringLower(_hash.GetHashAndReset()),
        CountReached = CountReached,
    };
}
