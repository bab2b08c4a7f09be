using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>The real loop in memory, and beside it what it should have done, frame by frame.</summary>
internal sealed class FuzzedLoop : IDisposable
{
    /// <summary>Time moves in steps of a tenth of a fragment's lifetime, so that the ticks between two readings decide nothing.</summary>
    private const long Step = 100_000_000;

    private static readonly (string To, int Descriptor)[] Rules = [("239.1.1.1", 10), ("ff3e::1", 11), ("10.0.0.2", 12)];

    private readonly MemorySource _source = new();
    private readonly ByDescriptor _sink = new();
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup = new([]);
    private readonly SteppedClock _clock = new();
    private readonly RelayLoop _loop;
    private readonly FuzzFrames _frames;
    private readonly int _linkHeader;
    private readonly SlowReassembly _reassembly = new(10 * Step);
    private readonly Dictionary<int, List<byte[]>> _expected = [];
    private long _modelTicks;
    private int _waiting;
    private long _matched;
    private long _dropped;
    private long _ofFragments;
    private long _overlaps;

    public FuzzedLoop(int linkHeader)
    {
        _linkHeader = linkHeader;
        _frames = new FuzzFrames(linkHeader);
        _loop = new RelayLoop([_source], _sink, _slot, _wakeup, new WorkerOptions(0, Segmentation: true) { LinkHeader = linkHeader }, _clock);
        ResolvedRule[] rules = [.. Rules.Select((r, i) => new ResolvedRule(IPAddress.Parse(r.To), 5000, null, i, [new ResolvedOutput(i + 1, IPAddress.Parse($"239.2.2.{i}"), 6000, i)]))];
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(1, [.. rules]), 1, Rules.Select((r, i) => (r.Descriptor, i)).ToDictionary(r => r.i + 1, r => new EgressSocket(r.Descriptor, EgressKind.Multicast))));
    }

    /// <summary>What was seen, by kind: a fuzz that does not reach something proves nothing of it.</summary>
    public Dictionary<string, long> Seen => new()
    {
        ["matched"] = _matched,
        ["matched, put together from fragments"] = _ofFragments,
        ["dropped"] = _dropped,
        ["timed out"] = _reassembly.TimedOut,
        ["displaced"] = _reassembly.Displaced,
        ["overlapping"] = _overlaps,
        ["other host"] = _slot.ReadDrops(DropReason.OtherHost),
        ["VLAN"] = _slot.ReadDrops(DropReason.Vlan),
        ["not UDP"] = _slot.ReadDrops(DropReason.NotUdp),
        ["runts"] = _slot.ReadDrops(DropReason.Runt),
        ["bad UDP checksum"] = _slot.ReadDrops(DropReason.BadUdpChecksum),
    };

    /// <summary>One frame; now and then, and when a batch is full, the loop's turn and the comparison.</summary>
    public void Feed(Random random)
    {
        FuzzFrame frame = _frames.Next(random);
        _source.Add(frame.Bytes, frame.GsoSize, frame.Trusted, frame.Type, frame.Vlan);
        Expect(frame);
        if (++_waiting < Mcr.Native.Ingress.FrameBatch.Capacity && random.Next(20) != 0)
            return;
        _waiting = 0;
        _loop.Turn();
        _reassembly.Expire(ModelNow());
        Compare();
        if (random.Next(12) == 0)
            _clock.Now += Step * random.Next(4);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    private long ModelNow() => (_clock.Now / Step * Step) + ++_modelTicks;

    private void Expect(FuzzFrame frame)
    {
        SlowFrame? read = SlowParser.Read(frame.Bytes, _linkHeader, frame.GsoSize > 0, frame.Trusted);
        int datagrams = read is null || read.Fragment is not null || frame.GsoSize == 0 ? 1 : Math.Max(1, (read.Payload.Length + frame.GsoSize - 1) / frame.GsoSize);
        if (frame.Vlan != 0 || read is null || !IsForUs(read, frame.Type))
        {
            _dropped += datagrams;
            return;
        }

        if (read.Fragment is null)
        {
            Match(read, datagrams, frame.GsoSize);
            return;
        }

        if (frame.GsoSize > 0)
        {
            _dropped++;
            return;
        }

        if (_reassembly.Add(read, ModelNow()) is not { } end)
            return;
        _overlaps += end.Reason == DropReason.FragmentOverlap ? 1 : 0;
        if (end.Whole is null)
        {
            _dropped++;
            return;
        }

        _ofFragments += Match(end.Whole, 1, 0);
    }

    private static bool IsForUs(SlowFrame frame, byte type)
    {
        byte first = frame.Destination.GetAddressBytes()[0];
        bool multicast = frame.Destination.GetAddressBytes().Length == 4 ? first is >= 224 and < 240 : first == 255;
        return type != Libc.PACKET_OTHERHOST && (multicast || type == Libc.PACKET_HOST);
    }

    /// <returns>1 when there is a rule, else 0.</returns>
    private int Match(SlowFrame frame, int datagrams, int segment)
    {
        (string _, int descriptor) = Rules.FirstOrDefault(r => frame.Port == 5000 && IPAddress.Parse(r.To).Equals(frame.Destination));
        if (descriptor == 0)
        {
            _dropped += datagrams;
            return 0;
        }

        _matched += datagrams;
        if (!_expected.TryGetValue(descriptor, out List<byte[]>? list))
            _expected[descriptor] = list = [];
        if (datagrams == 1)
            list.Add(frame.Payload);
        else
            list.AddRange(frame.Payload.Chunk(segment));
        return 1;
    }

    private void Compare()
    {
        foreach ((_, int descriptor) in Rules)
        {
            List<byte[]> expected = _expected.GetValueOrDefault(descriptor) ?? [];
            List<byte[]> sent = _sink.Sent.GetValueOrDefault(descriptor) ?? [];
            if (expected.Count != sent.Count || !expected.Zip(sent).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)))
                throw new InvalidDataException($"to {descriptor}: expected {Text(expected)}, sent {Text(sent)}");
            expected.Clear();
            sent.Clear();
        }

        long drops = Enum.GetValues<DropReason>().Sum(_slot.ReadDrops);
        (long, long, long, long, long) counted = (_slot.Read(SlotLayout.MatchedWord), drops, _slot.ReadDrops(DropReason.FragmentTimeout), _slot.ReadDrops(DropReason.FragmentMemory), _slot.ReadDrops(DropReason.FragmentOverlap));
        (long, long, long, long, long) model = (_matched, _dropped + _reassembly.TimedOut + _reassembly.Displaced, _reassembly.TimedOut, _reassembly.Displaced, _overlaps);
        if (counted != model)
            throw new InvalidDataException($"matched, drops, timeouts, displaced, overlaps: counted {counted}, expected {model}");
    }

    private static string Text(List<byte[]> payloads) => $"{payloads.Count} ({string.Join(' ', payloads.Select(Convert.ToHexString))})";

    /// <summary>What was sent, datagram by datagram, for each socket.</summary>
    private sealed unsafe class ByDescriptor : IDatagramSink
    {
        public Dictionary<int, List<byte[]>> Sent { get; } = [];

        public int Send(int descriptor, Libc.mmsghdr* messages, int count)
        {
            if (!Sent.TryGetValue(descriptor, out List<byte[]>? list))
                Sent[descriptor] = list = [];
            for (int i = 0; i < count; i++)
                Add(list, messages[i].msg_hdr);
            return count;
        }

        private static void Add(List<byte[]> list, Libc.msghdr message)
        {
            byte[] all = [];
            for (nuint v = 0; v < message.msg_iovlen; v++)
                all = [.. all, .. new ReadOnlySpan<byte>(message.msg_iov[v].iov_base, (int)message.msg_iov[v].iov_len)];
            int segment = Segment(message);
            if (segment == 0)
                list.Add(all);
            else
                list.AddRange(all.Chunk(segment));
        }

        private static int Segment(Libc.msghdr message)
        {
            byte* at = (byte*)message.msg_control;
            byte* end = at + (at is null ? 0 : message.msg_controllen);
            while (at + sizeof(Libc.cmsghdr) <= end)
            {
                var control = (Libc.cmsghdr*)at;
                if (control->cmsg_level == Libc.IPPROTO_UDP && control->cmsg_type == Libc.UDP_SEGMENT)
                    return *(ushort*)(at + sizeof(Libc.cmsghdr));
                at += ((nuint)control->cmsg_len + 7) & ~(nuint)7;
            }

            return 0;
        }
    }

    /// <summary>Every reading is a little later than the one before.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private long _ticks;

        public long Now { get; set; }

        public override long TimestampFrequency => 10 * Step;

        public override long GetTimestamp() => Now + ++_ticks;
    }
}
