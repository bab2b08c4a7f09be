using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mcr.Native.Ingress;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;

namespace Mcr.Specs.Ingress;

/// <summary>Real sockets on a real link under a stream of 32 flows of both families; the spec plays the workers and their actor.</summary>
[Collection(SerialPackets.Name)]
public sealed class FanoutGroupSpecs : IDisposable
{
    private const int Flows = 32;
    private const int Rate = 50_000;
    private const ushort Port = 7000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NetworkNamespace _sending;
    private readonly NetworkNamespace _receiving;
    private readonly List<Seat> _seats = [];
    private readonly FrameBatch _batch = new();
    private readonly int[] _next = new int[Flows]; // the number that each flow has to bring next
    private readonly int[] _seatOf = new int[Flows];
    private readonly Socket[] _sockets;
    private readonly FanoutGroup _group = new();
    private long _received;
    private long _sent;
    private volatile bool _stop;

    public FanoutGroupSpecs()
    {
        NamespaceSupport.Require();
        _sending = new NetworkNamespace("sending");
        _receiving = new NetworkNamespace("receiving");
        NetworkNamespace.Connect(_sending, "va", "10.88.0.1/24", _receiving, "vb", "10.88.0.2/24");
        _sending.Ip("address add fd88::1/64 dev va nodad");
        int index = _sending.Run(() => LinkReader.Read().TryGet("va", out Link? link) ? link.Index : 0);
        _sockets = [.. Enumerable.Range(0, Flows).Select(flow => _sending.Run(() => Sender(flow, index)))];
    }

    public void Dispose()
    {
        _stop = true;
        foreach (Socket socket in _sockets)
            socket.Dispose();
        foreach (Seat seat in _seats)
            seat.Dispose();
        _batch.Dispose();
        _sending.Dispose();
        _receiving.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changing_the_number_of_sockets_under_load_should_lose_double_and_reorder_nothing(bool deviceWasDown)
    {
        AddSeat(held: false);
        if (deviceWasDown)
        {
            ChangeTo(3);
            _receiving.Ip("link set vb down");
            _receiving.Ip("link set vb up");
            SpinWait.SpinUntil(() => _sending.Run(() => LinkReader.Read().TryGet("va", out Link? link) && link.IsRunning), Patience);
        }

        var sender = new Thread(SendStream) { IsBackground = true };
        sender.Start();
        int moved = 0;
        foreach (int seats in new[] { 2, 3, 4, 3, 2, 1, 3, 1, 4, 2 })
        {
            ReadUntilSent(2000);
            moved += ChangeTo(seats);
            Array.Fill(_seatOf, -1); // from here on, each flow has to stay where it first appears
            ReadUntilSent(2000);
            Assert.Equal(Math.Min(seats, Flows), _seatOf.Where(s => s >= 0).Distinct().Count());
        }

        _stop = true;
        sender.Join();
        long began = Stopwatch.GetTimestamp();
        while (_received < _sent && Stopwatch.GetElapsedTime(began) < Patience)
            Turn();
        Assert.Equal(_sent, _received);
        Assert.Equal(0, Turn());
        Assert.All(_seats, seat => Assert.Equal(0, seat.Socket.TakeDrops()));
        TestContext.Current.TestOutputHelper!.WriteLine($"{_sent} frames, {moved} buckets moved, nothing lost, doubled or out of order");
    }

    [Fact]
    public void What_the_device_sends_should_not_be_taken_in()
    {
        AddSeat(held: false);
        ChangeTo(2);

        _receiving.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.88.0.2"), 0));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse("10.88.0.2").GetAddressBytes());
            for (int i = 0; i < 100; i++)
                socket.SendTo(new byte[8], new IPEndPoint(IPAddress.Parse($"239.8.0.{i}"), Port));
        });
        Send(0, 0);

        long began = Stopwatch.GetTimestamp();
        while (_received == 0 && Stopwatch.GetElapsedTime(began) < Patience)
            Turn();
        Turn();
        Assert.Equal(1, _received);
    }

    [Fact]
    public void A_seat_that_still_has_buckets_should_not_leave()
    {
        AddSeat(held: false);
        ChangeTo(2);

        Assert.Throws<InvalidOperationException>(_group.RemoveLast);
        Assert.Throws<ArgumentException>(() => _group.Use(_group.Table.Rebalance(3, out _)));
    }

    /// <summary>What the interface's actor does, in the order of <see cref="FanoutGroup"/>'s comment.</summary>
    private int ChangeTo(int seats)
    {
        int moved = 0;
        while (_group.Seats < seats)
        {
            AddSeat(held: true);
            moved += Move(_group.Table.Rebalance(_group.Seats, out ImmutableArray<BucketMove> moves), moves);
        }

        while (_group.Seats > seats)
        {
            moved += Move(_group.Table.Rebalance(_group.Seats - 1, out ImmutableArray<BucketMove> moves), moves);
            Assert.Same(_seats[^1].Socket, _group.RemoveLast());
            Assert.Equal(0, _seats[^1].Socket.TakeDrops());
            _seats[^1].Dispose();
            _seats.RemoveAt(_seats.Count - 1);
        }

        return moved;
    }

    private int Move(BucketTable next, ImmutableArray<BucketMove> moves)
    {
        foreach (BucketMove move in moves)
            _seats[move.To].Held = true;
        WaitUntilSent(1000); // so that there is something to drain, and something behind it
        _group.Use(next);
        WaitUntilSent(1000);
        Array.Fill(_seatOf, -1);
        foreach (BucketMove move in moves)
            _seats[move.From].Draining = true;
        while (_seats.Any(s => s.Draining))
            Turn();
        Array.Fill(_seatOf, -1);
        foreach (Seat seat in _seats)
            seat.Held = false;
        return moves.Length;
    }

    private void AddSeat(bool held)
    {
        Seat seat = _receiving.Run(() => new Seat(PacketSocket.Open(LinkReader.Read().TryGet("vb", out Link? link) ? link : throw new InvalidOperationException("no vb"), 256 << 20, deaf: held)) { Held = held });
        _seats.Add(seat);
        _group.Add(seat.Socket);
    }

    /// <summary>Each seat that is not held takes a batch; the last ones first, which is the worse order for flows that came from the first.</summary>
    private int Turn()
    {
        int frames = 0;
        for (int at = _seats.Count - 1; at >= 0; at--)
        {
            Seat seat = _seats[at];
            if (seat.Held)
                continue;
            int count = seat.Source.Receive(_batch);
            for (int i = 0; i < count; i++)
                Check(at, ref _batch[i]);
            seat.Source.Release();
            frames += count;
            if (count < FrameBatch.Capacity)
                seat.Draining = false;
        }

        return frames;
    }

    private unsafe void Check(int seat, ref ReceivedFrame frame)
    {
        var bytes = new ReadOnlySpan<byte>(frame.Data, frame.Length);
        ReadOnlySpan<byte> payload = bytes[^8..];
        int flow = BinaryPrimitives.ReadInt32BigEndian(payload);
        int number = BinaryPrimitives.ReadInt32BigEndian(payload[4..]);
        Assert.True(number == _next[flow], $"flow {flow}: {number} came instead of {_next[flow]}, on seat {seat}");
        Assert.True(_seatOf[flow] < 0 || _seatOf[flow] == seat, $"flow {flow} came on seat {_seatOf[flow]}, then on {seat}");
        _next[flow]++;
        _seatOf[flow] = seat;
        _received++;
    }

    private void ReadUntilSent(int more)
    {
        long until = Interlocked.Read(ref _sent) + more;
        while (_received < until)
            Turn();
    }

    private void WaitUntilSent(int more)
    {
        if (Interlocked.Read(ref _sent) == 0)
            return; // no stream yet
        long until = Interlocked.Read(ref _sent) + more;
        SpinWait.SpinUntil(() => Interlocked.Read(ref _sent) >= until, Patience);
    }

    private void SendStream()
    {
        int[] numbers = new int[Flows];
        long began = Stopwatch.GetTimestamp();
        for (long n = 0; !_stop; n++)
        {
            while (Stopwatch.GetElapsedTime(began).TotalSeconds * Rate < n)
                Thread.SpinWait(20);
            int flow = (int)(n % Flows);
            Send(flow, numbers[flow]++);
            Interlocked.Increment(ref _sent);
        }
    }

    private void Send(int flow, int number)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, flow);
        BinaryPrimitives.WriteInt32BigEndian(payload[4..], number);
        _sockets[flow].Send(payload);
    }

    private static Socket Sender(int flow, int device)
    {
        bool six = flow % 2 == 1;
        var socket = new Socket(six ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (six)
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, device);
        else
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(device));
        socket.Connect(new IPEndPoint(IPAddress.Parse(six ? $"ff15::{flow + 1:x}" : $"239.7.0.{flow + 1}"), Port));
        return socket;
    }

    private sealed class Seat(PacketSocket socket) : IDisposable
    {
        public PacketSocket Socket => socket;

        public MessageSource Source { get; } = new(socket.Descriptor.Raw);

        public bool Held { get; set; }

        public bool Draining { get; set; }

        public void Dispose()
        {
            Source.Dispose();
            socket.Dispose();
        }
    }
}
