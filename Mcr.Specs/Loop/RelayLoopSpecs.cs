using System.Net;
using System.Text;
using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Loop;
using Mcr.Native.Packet;
using Mcr.Native.Worker;

namespace Mcr.Specs.Loop;

/// <summary>The real loop between a source and a sink of memory.</summary>
public sealed class RelayLoopSpecs : IDisposable
{
    private readonly MemorySource _source = new();
    private readonly MemorySink _sink = new() { KeepPayloads = true };
    private readonly WorkerSlot _slot = WorkerSlot.Create();
    private readonly LoopWakeup _wakeup;
    private readonly RelayLoop _loop;

    public RelayLoopSpecs()
    {
        _wakeup = new LoopWakeup([]);
        _loop = new RelayLoop([_source], _sink, _slot, _wakeup, new WorkerOptions(0, Segmentation: true));
    }

    public void Dispose()
    {
        _loop.Dispose();
        _wakeup.Dispose();
        _slot.Dispose();
    }

    [Fact]
    public void Loop_should_relay_a_matching_datagram_to_every_output_and_count_it()
    {
        Publish(Rule("239.1.1.1", outputs: 3));
        _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "hello"u8));
        Assert.Equal(1, _loop.Turn());
        Assert.Equal(["hello", "hello", "hello"], _sink.Payloads.Select(Encoding.ASCII.GetString));
        Assert.Equal((1, 3, 15), (_slot.Read(SlotLayout.MatchedWord), _slot.Read(SlotLayout.SentWord), _slot.Read(SlotLayout.SentBytesWord)));
        Assert.Equal((1, 5), (_slot.ReadRule(4, 0), _slot.ReadRule(4, 1)));
        Assert.Equal((1, 5, 0), (_slot.ReadOutput(2, 0), _slot.ReadOutput(2, 1), _slot.ReadOutput(2, 2)));
    }

    [Fact]
    public void Loop_should_use_the_published_table_from_the_next_batch_on_and_say_so()
    {
        Publish(Rule("239.1.1.1", outputs: 1), generation: 7, hash: 99);
        _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "a"u8));
        _loop.Turn();
        Assert.Equal((7, 99), (_slot.Read(SlotLayout.GenerationWord), _slot.Read(SlotLayout.RulesetHashWord)));
        Publish(Rule("239.9.9.9", outputs: 1), generation: 8, hash: 100);
        _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "b"u8));
        _loop.Turn();
        Assert.Single(_sink.Payloads);
        Assert.Equal(1, _slot.ReadDrops(DropReason.NoRule));
    }

    [Fact]
    public void Loop_should_relay_a_merged_frame_as_its_datagrams()
    {
        Publish(Rule("239.1.1.1", outputs: 2));
        byte[] payload = [.. Enumerable.Range(0, 2_500).Select(i => (byte)i)];
        _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, payload, withChecksum: false), gsoSize: 1_000, trusted: true);
        _loop.Turn();
        Assert.Equal(3, _slot.Read(SlotLayout.MatchedWord));
        Assert.Equal(6, _slot.Read(SlotLayout.SentWord));
        Assert.Equal([1_000, 1_000, 500, 1_000, 1_000, 500], _sink.Payloads.Select(p => p.Length));
        Assert.Equal(payload, _sink.Payloads.Take(3).SelectMany(p => p));
    }

    [Fact]
    public void Loop_should_relay_a_datagram_of_length_zero()
    {
        Publish(Rule("239.1.1.1", outputs: 1));
        _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, []));
        _loop.Turn();
        Assert.Empty(Assert.Single(_sink.Payloads));
    }

    [Theory]
    [InlineData("239.1.1.1", Libc.PACKET_OTHERHOST, false)]
    [InlineData("239.1.1.1", Libc.PACKET_MULTICAST, true)]
    [InlineData("239.1.1.1", Libc.PACKET_HOST, true)]
    [InlineData("10.0.0.2", Libc.PACKET_HOST, true)]
    [InlineData("10.0.0.2", Libc.PACKET_OTHERHOST, false)]
    [InlineData("10.0.0.2", Libc.PACKET_MULTICAST, false)]
    public void Loop_should_take_only_what_is_addressed_to_this_host(string group, int type, bool relayed)
    {
        Publish(Rule(group, outputs: 1));
        _source.Add(Frames.Udp("10.0.0.1", group, 5000, "a"u8), type: (byte)type);
        _loop.Turn();
        Assert.Equal(relayed ? 1 : 0, _sink.Payloads.Count);
        Assert.Equal(relayed ? 0 : 1, _slot.ReadDrops(DropReason.OtherHost));
    }

    [Fact]
    public void Every_frame_should_be_counted_exactly_once()
    {
        Publish(Rule("239.1.1.1", outputs: 1));
        byte[] good = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "payload"u8);
        byte[] badUdp = [.. good];
        badUdp[^1] ^= 1;
        byte[] badIp = [.. good];
        badIp[14 + 8] ^= 1;
        _source.Add(good);
        _source.Add(badUdp);
        _source.Add(badIp);
        _source.Add(good[..20]);
        _source.Add(Frames.Udp("10.0.0.1", "239.1.1.9", 5000, "x"u8));
        _loop.Turn();
        long drops = Enum.GetValues<DropReason>().Sum(_slot.ReadDrops);
        Assert.Equal(5, _slot.Read(SlotLayout.MatchedWord) + drops);
        Assert.Equal((1, 1, 1, 1), (_slot.ReadDrops(DropReason.BadUdpChecksum), _slot.ReadDrops(DropReason.BadIpChecksum), _slot.ReadDrops(DropReason.Runt), _slot.ReadDrops(DropReason.NoRule)));
    }

    [Fact]
    public void Loop_should_survive_any_frame()
    {
        Publish(Rule("239.1.1.1", outputs: 2));
        var random = new Random(20261123);
        byte[] single = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[100]);
        byte[] merged = Frames.Udp("10.0.0.1", "239.1.1.1", 5000, new byte[5_000]);
        _sink.KeepPayloads = false;
        for (int round = 0; round < 2_000; round++)
        {
            for (int i = 0; i < 64; i++)
                _source.Add(Mutations.Mutate(random, i % 4 == 0 ? merged : single), gsoSize: i % 4 == 0 ? random.Next(2_000) : 0, trusted: random.Next(2) == 0);
            _loop.Turn();
            _sink.Sent.Clear();
            _sink.Segments.Clear();
        }

        Assert.Equal(_slot.Read(SlotLayout.MatchedWord) * 2, _slot.Read(SlotLayout.SentWord));
    }

    [Fact]
    public void Stopped_loop_should_relay_what_had_arrived()
    {
        Publish(Rule("239.1.1.1", outputs: 1));
        for (int i = 0; i < 200; i++)
            _source.Add(Frames.Udp("10.0.0.1", "239.1.1.1", 5000, "a"u8));
        _loop.Stop();
        _loop.Run();
        Assert.Equal(200, _sink.Payloads.Count);
    }

    private static ResolvedRule Rule(string group, int outputs) => new(IPAddress.Parse(group), 5000, null, 4,
        [.. Enumerable.Range(0, outputs).Select(i => new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), (ushort)(6000 + i), i))]);

    private void Publish(ResolvedRule rule, long generation = 1, ulong hash = 1) =>
        _loop.Publish(TableBuilder.Build(new ResolvedRuleSet(generation, [rule]), hash, new Dictionary<int, EgressSocket> { [1] = new(10, EgressKind.Multicast) }));
}
