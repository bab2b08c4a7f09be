using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mcr.Host.Mcrgen;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Feeds;

/// <summary>Writes what a payload begins with, <see cref="ImpairedPaths.HeaderRoom"/> bytes, of the datagram with that index on that path.</summary>
internal delegate void FeedHead(Span<byte> head, int path, long index);

/// <param name="Own">The address to send from.</param>
internal sealed record ImpairedPath(string Device, string Own, string Group, int Port);

/// <summary>
/// One source of numbered datagrams, each of which it sends over several paths, as their <see cref="Impairment"/>s let it: a kernel may have no netem, and this knows exactly which datagram
/// each path has carried. Its thread goes before ordinary ones, so that what it is late by is its paths' doing.
/// </summary>
internal sealed unsafe class ImpairedPaths : IDisposable
{
    /// <summary>Datagrams a second of the source.</summary>
    public const int Rate = 50_000;

    public const int Size = 200;

    /// <summary>Where the headers end; behind them there is nothing but the index, again and again.</summary>
    public const int HeaderRoom = 24;

    private const int Room = 1 << 23; // some 160 s
    private const int MostPaths = 8;
    private const int Batch = 256;
    private const double Pause = 200e-6;

    private readonly NetworkNamespace _place;
    private readonly ImpairedPath[] _paths;
    private readonly FeedHead _head;
    private readonly Socket?[] _sockets;
    private readonly byte[] _carried = new byte[Room]; // a bit for each path
    private readonly PriorityQueue<long, long> _late = new(1 << 15); // index and path, by time
    private readonly long[][] _ready; // indices, by path
    private readonly int[] _readyCount;
    private readonly byte* _buffer;
    private readonly Libc.iovec* _vectors;
    private readonly Libc.mmsghdr* _messages;
    private readonly Thread _thread;
    private Impairment[] _impairments;
    private long _next;
    private long _until; // not that one any more
    private long _start; // Stopwatch ticks, which are nanoseconds: when index _startAt is due
    private long _startAt;
    private int _waiting;
    private volatile bool _ended;

    public ImpairedPaths(NetworkNamespace place, FeedHead head, params ImpairedPath[] paths)
    {
        (_place, _head, _paths) = (place, head, paths);
        _impairments = [.. paths.Select(_ => Impairments.None)];
        _sockets = new Socket?[paths.Length];
        _ready = [.. paths.Select(_ => new long[Batch])];
        _readyCount = new int[paths.Length];
        _buffer = (byte*)NativeMemory.AllocZeroed(Batch, Size);
        _vectors = (Libc.iovec*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Libc.iovec));
        _messages = (Libc.mmsghdr*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Libc.mmsghdr));
        for (int i = 0; i < Batch; i++)
        {
            _vectors[i] = new Libc.iovec { iov_base = _buffer + (i * Size), iov_len = Size };
            _messages[i].msg_hdr = new Libc.msghdr { msg_iov = _vectors + i, msg_iovlen = 1 };
        }

        for (int i = 0; i < paths.Length; i++)
            Open(i);
        _thread = new Thread(Run) { IsBackground = true, Name = "impaired paths" };
        _thread.Start();
    }

    /// <summary>The index of the datagram that is made next.</summary>
    public long Next => Interlocked.Read(ref _next);

    /// <summary>Between two looks at what is due: more than some milliseconds, and what the paths have done is not what was asked for.</summary>
    public TimeSpan LongestStall { get; private set; }

    /// <summary>Whether that path has carried it.</summary>
    public bool Has(int path, long index) => (_carried[index] >> path & 1) != 0;

    public bool HasAny(long index) => _carried[index] != 0;

    public int Paths => _paths.Length;

    /// <summary>Of those from one index to before another, how many that path has carried.</summary>
    public long Carried(int path, long from, long to)
    {
        long count = 0;
        for (long i = from; i < to; i++)
            count += _carried[i] >> path & 1;
        return count;
    }

    /// <summary>Sends so many over paths like these and returns when the last of them has left.</summary>
    public void Send(int count, params Impairment[] impairments)
    {
        Start(count, impairments);
        AwaitEnd();
    }

    /// <summary>Sends over paths like these from now on, until <see cref="Stop"/>.</summary>
    public void Start(params Impairment[] impairments) => Start(Room, impairments);

    /// <summary>The paths are others from the next datagram on.</summary>
    public void Change(params Impairment[] impairments) => Volatile.Write(ref _impairments, impairments);

    public void Stop()
    {
        Volatile.Write(ref _until, 0);
        AwaitEnd();
    }

    /// <summary>So many more have been made.</summary>
    public void AwaitMore(int count)
    {
        long until = Next + count;
        McrdWaits.Until(() => Next >= until, () => $"datagram {until} to be sent, {Next} is next");
    }

    /// <summary>Sends on the device that has this name now.</summary>
    public void Open(int path)
    {
        ImpairedPath at = _paths[path];
        int index = Devices.Find(_place, at.Device).Index;
        Socket socket = _place.Run(() =>
        {
            var opened = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 4 << 20 };
            opened.Bind(new IPEndPoint(IPAddress.Parse(at.Own), 0));
            opened.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
            opened.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 8);
            opened.Connect(new IPEndPoint(IPAddress.Parse(at.Group), at.Port));
            return opened;
        });
        Interlocked.Exchange(ref _sockets[path], socket)?.Dispose();
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        foreach (Socket? socket in _sockets)
            socket?.Dispose();
        NativeMemory.Free(_buffer);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    private void Start(int count, Impairment[] impairments)
    {
        Assert.Equal(_paths.Length, impairments.Length);
        LongestStall = TimeSpan.Zero;
        Change(impairments);
        Volatile.Write(ref _until, Math.Min(Room, Next + count));
    }

    private void AwaitEnd() => McrdWaits.Until(() => Next >= Volatile.Read(ref _until) && Volatile.Read(ref _waiting) == 0, () => $"{_until} datagrams to be sent, {Next} is next, {_waiting} wait");

    private void Run()
    {
        Precedence.Take();
        Sleeper.Sharpen();
        long last = 0;
        while (!_ended)
        {
            long now = Stopwatch.GetTimestamp();
            long until = Volatile.Read(ref _until);
            if (_next >= until && _late.Count == 0)
            {
                last = 0;
                Volatile.Write(ref _waiting, 0);
                Sleeper.Sleep(Pause);
                continue;
            }

            if (last == 0)
                (_start, _startAt) = (now, _next);
            else if (Stopwatch.GetElapsedTime(last, now) is var stall && stall > LongestStall)
                LongestStall = stall;
            last = now;
            Make(Math.Min(until, _startAt + ((now - _start) * Rate / Stopwatch.Frequency)));
            while (_late.TryPeek(out long next, out long due) && due <= now)
            {
                _ = _late.Dequeue();
                Queue((int)(next % MostPaths), next / MostPaths);
            }

            for (int path = 0; path < _paths.Length; path++)
                Flush(path);
            Sleeper.Sleep(Pause);
        }
    }

    private void Make(long end)
    {
        Impairment[] impairments = Volatile.Read(ref _impairments);
        for (long index = _next; index < end; index++)
        {
            long due = _start + ((index - _startAt) * (Stopwatch.Frequency / Rate));
            for (int path = 0; path < impairments.Length; path++)
            {
                if (impairments[path](index) is var delay && delay != Impairments.Dropped)
                    _late.Enqueue((index * MostPaths) + path, due + delay);
            }
        }

        Volatile.Write(ref _waiting, 1);
        if (end > _next)
            Interlocked.Exchange(ref _next, end);
    }

    private void Queue(int path, long index)
    {
        _ready[path][_readyCount[path]++] = index;
        if (_readyCount[path] == Batch)
            Flush(path);
    }

    private void Flush(int path)
    {
        int count = _readyCount[path];
        if (count == 0)
            return;
        _readyCount[path] = 0;
        for (int i = 0; i < count; i++)
        {
            long index = _ready[path][i];
            var payload = new Span<byte>(_buffer + (i * Size), Size);
            MemoryMarshal.Cast<byte, long>(payload[HeaderRoom..]).Fill(index);
            _head(payload[..HeaderRoom], path, index);
        }

        int socket = (int)_sockets[path]!.Handle;
        for (int done = 0; done < count;)
        {
            int sent = Libc.sendmmsg(socket, _messages + done, (uint)(count - done), 0);
            if (sent <= 0)
            {
                done++; // its device is down, or gone: that one is not carried
                continue;
            }

            for (int i = done; i < done + sent; i++)
                _carried[_ready[path][i]] |= (byte)(1 << path);
            done += sent;
        }
    }
}

/// <summary>Payloads that begin as what a merge goes by.</summary>
internal static class FeedHeads
{
    public static void Rtp(Span<byte> head, int path, long index)
    {
        head.Clear();
        head[0] = 0x80;
        head[1] = 33;
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(index + 65_000)); // it goes round soon
        BinaryPrimitives.WriteUInt32BigEndian(head[8..], 0x1020304);
    }

    /// <summary>Three messages each.</summary>
    public static void Mold(Span<byte> head, int path, long index)
    {
        "SESSION001"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt64BigEndian(head[10..], (ulong)(1 + (index * MoldMessages)));
        BinaryPrimitives.WriteUInt16BigEndian(head[18..], MoldMessages);
    }

    public const int MoldMessages = 3;

    /// <summary>32 bits at 4, little endian.</summary>
    public static void Sequence(Span<byte> head, int path, long index)
    {
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)index);
    }

    /// <summary>Nothing to go by but all of it.</summary>
    public static void Content(Span<byte> head, int path, long index) => head.Clear();
}
