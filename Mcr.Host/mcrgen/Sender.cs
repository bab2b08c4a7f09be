using System.Diagnostics;
using System.Security.Cryptography;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>
/// Sends: wait until something is due, build a batch in place, hand it to sendmmsg. Allocates nothing in between.
/// A message is one datagram, or with segmentation a run of them which the kernel or the device takes apart.
/// </summary>
internal sealed unsafe class Sender
{
    /// <summary>
    /// The shortest sleep. Up to 20,000/s a datagram goes out alone; above, those due within one sleep go together. Half of that
    /// spinning would need a CPU for itself, which on a small machine is the relay's.
    /// </summary>
    private const double ShortestWait = 50e-6;

    /// <summary>The longest sleep, so that progress and signals are looked at.</summary>
    private const double LongestWait = 0.1;

    private readonly SendOptions _options;
    private readonly FileDescriptor _socket;
    private readonly TextWriter _progress;
    private readonly uint _stream = (uint)Random.Shared.NextInt64(1L << 32);
    private readonly int _run;
    private readonly Pacer _pacer;
    private readonly IncrementalHash? _hash;

    // Pinned, because the kernel gets their addresses: messages point to vectors, vectors into the buffer.
    private readonly byte[] _buffer;
    private readonly Libc.iovec[] _vectors;
    private readonly Libc.mmsghdr[] _messages;

    private long _sent;
    private long _errors;
    private double _nextProgress = 1;
    private long _sentAtProgress;

    public Sender(SendOptions options, FileDescriptor socket, TextWriter progress)
    {
        _options = options;
        _socket = socket;
        _progress = progress;
        _run = Math.Max(1, options.Segments);
        int messages = Math.Max(1, options.Batch / _run);
        _pacer = new Pacer(options.Rate, messages * _run);
        _hash = options.Sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

        // One byte more, so that an empty payload has an address too.
        _buffer = GC.AllocateArray<byte>(messages * _run * options.Size + 1, pinned: true);
        _vectors = GC.AllocateArray<Libc.iovec>(messages, pinned: true);
        _messages = GC.AllocateArray<Libc.mmsghdr>(messages, pinned: true);
        fixed (byte* buffer = _buffer)
        fixed (Libc.iovec* vectors = _vectors)
        {
            for (int i = 0; i < messages; i++)
            {
                _vectors[i].iov_base = buffer + i * _run * options.Size;
                _messages[i].msg_hdr.msg_iov = vectors + i;
                _messages[i].msg_hdr.msg_iovlen = 1;
            }
        }
    }

    /// <exception cref="LinuxException">the kernel refused to send, and will go on refusing.</exception>
    public SendSummary Run(StopSignal stop)
    {
        Sleeper.Sharpen();
        WarmUp(stop);
        long count = _options.Count ?? long.MaxValue;
        long start = Stopwatch.GetTimestamp();
        while (_sent < count && !stop.IsRequested)
        {
            double now = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (now >= _nextProgress)
                Progress(now);
            int due = _pacer.Due(now);
            if (due == 0)
            {
                Sleeper.Sleep(Math.Clamp(_pacer.Wait(now), ShortestWait, LongestWait));
                continue;
            }

            int runs = (due + _run - 1) / _run;
            int datagrams = (int)Math.Min((long)runs * _run, count - _sent);
            Build(datagrams);
            Flush(datagrams, stop);
            _pacer.Sent(datagrams, now);
        }

        string? hash = _hash is null ? null : Convert.ToHexStringLower(_hash.GetHashAndReset());
        return new SendSummary(_sent, _sent * _options.Size, Stopwatch.GetElapsedTime(start).TotalSeconds, _errors, hash);
    }

    /// <summary>Lays out the next datagrams one behind the other. They carry the time at which the batch was begun.</summary>
    private void Build(int datagrams)
    {
        int size = _options.Size;
        int fillAt = Payload.FillOffset(size);
        long now = WallClock.Nanoseconds;
        for (int i = 0; i < datagrams; i++)
        {
            ulong sequence = (ulong)(_sent + i);
            Span<byte> payload = _buffer.AsSpan(i * size, size);
            _options.Fill.Write(payload[fillAt..], sequence);
            Payload.Seal(payload, new PayloadHeader(sequence, now, _stream));
        }

        for (int i = 0, left = datagrams; left > 0; i++, left -= _run)
            _vectors[i].iov_len = (nuint)(Math.Min(left, _run) * size);
    }

    /// <summary>Sends what was built, all of it unless interrupted.</summary>
    private void Flush(int datagrams, StopSignal stop)
    {
        int messages = (datagrams + _run - 1) / _run;
        int done = 0;
        fixed (Libc.mmsghdr* first = _messages)
        {
            while (done < messages)
            {
                SysResult result = SysResult.From(Libc.sendmmsg(_socket.Raw, first + done, (uint)(messages - done), 0));
                if (result.IsSuccess)
                {
                    Count(done, result.Value, datagrams);
                    done += result.Value;
                }
                else if (stop.IsRequested)
                {
                    return;
                }
                else if (IsPassing(result))
                {
                    _errors++;
                    Sleeper.Sleep(ShortestWait);
                }
                else if (!result.Is(Libc.EINTR))
                {
                    throw Refused(result);
                }
            }
        }
    }

    private void Count(int firstMessage, int messages, int built)
    {
        int from = firstMessage * _run;
        int sent = Math.Min(messages * _run, built - from);
        _hash?.AppendData(_buffer.AsSpan(from * _options.Size, sent * _options.Size));
        _sent += sent;
    }

    /// <summary>Full queues, and reports of what became of earlier unicast datagrams (nothing of this call was sent then).</summary>
    private static bool IsPassing(SysResult result) =>
        result.Is(Libc.ENOBUFS) || result.Is(Libc.EAGAIN) || result.Is(Libc.ECONNREFUSED) || result.Is(Libc.EHOSTUNREACH);

    private LinuxException Refused(SysResult result)
    {
        string hint = _options.Segments > 0 && (result.Is(Libc.EINVAL) || result.Is(Libc.EMSGSIZE))
            ? $" (with --segments a datagram has to fit the MTU of {_options.Endpoint.Device.Name}: use a smaller --size than {_options.Size})"
            : "";
        return new LinuxException($"sendmmsg to {_options.Endpoint.Address} after {_sent} datagrams{hint}", result.Errno);
    }

    private void Progress(double now)
    {
        double seconds = now - _nextProgress + 1;
        if (!_options.Quiet)
            _progress.WriteLine($"sent={_sent} pps={(_sent - _sentAtProgress) / seconds:F0} errors={_errors}");
        _sentAtProgress = _sent;
        _nextProgress = now + 1;
    }

    /// <summary>Compiles what the loop calls, which takes some 8 ms: the first datagram would carry a time that much too early.</summary>
    private void WarmUp(StopSignal stop)
    {
        Build((int)Math.Min(_run, _options.Count ?? _run));
        Flush(0, stop);
        fixed (Libc.mmsghdr* first = _messages)
            _ = Libc.sendmmsg(_socket.Raw, first, 0, 0);
    }
}
