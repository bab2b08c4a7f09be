using System.Net;
using CsCheck;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Legs;
using Mcr.Native.Logging;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Worker;

public sealed class WorkerCodecSpecs(ITestOutputHelper output)
{
    public static TheoryData<WorkerMessage> Messages =>
    [
        new WorkerMessage.Handover(new WorkerPlace("eth0", 7, 63, uint.MaxValue), new WorkerOptions(WorkerOptions.Forever, false), 1, long.MaxValue, ulong.MaxValue),
        new WorkerMessage.Keep([new(0, "groups"), new(int.MaxValue, "claim 10.0.0.1:5000"), new(2, "")]),
        new WorkerMessage.Unkeep([1, int.MaxValue]),
        new WorkerMessage.Hello(new WorkerPlace("in0", 2, 0, 0), new WorkerOptions(60_000, true) { LinkHeader = 0, Spin = true, CoalesceMicroseconds = 100, Reassemble = false, Core = 3, MaxAgeMilliseconds = 1000, Ring = new(2048, 65536, 256) }, 3),
        new WorkerMessage.Sockets([new(1, EgressKind.Unicast), new(70_000, EgressKind.Packet, 0x1122_3344_5566, "2/out0/ä")]),
        new WorkerMessage.Sockets([new(3, EgressKind.Feed, 0, "2/in0") { Feed = new FeedShape(new(2048, 65536, 256), 14) }, new(4, EgressKind.Echo), new(5, EgressKind.Feed) { Feed = new FeedShape(default, 0) }]),
        new WorkerMessage.Rules(long.MaxValue, 12345),
        new WorkerMessage.Change(long.MaxValue - 1, long.MaxValue, 54321),
        new WorkerMessage.Forget([1, 2, 3]),
        new WorkerMessage.Stop(),
        new WorkerMessage.Hold(8),
        new WorkerMessage.Drain(long.MaxValue),
        new WorkerMessage.Resume(),
        new WorkerMessage.Ready(4711, 4713),
        new WorkerMessage.Applied(5, ulong.MaxValue),
        new WorkerMessage.Refused(6, "no such socket — says the worker"),
        new WorkerMessage.Obeyed(9),
        new WorkerMessage.Levels(new LogLevels(LogVerbosity.Error, LogLevels.Default.Overrides).With(LogFacility.Runtime, LogVerbosity.Debug).With(LogFacility.Supervisor, LogVerbosity.Warning)),
        new WorkerMessage.Said(LogFacility.Egress, LogVerbosity.Warning, "it is so"),
    ];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_should_survive_the_channel(WorkerMessage message) => Assert.Equal(message, WorkerCodec.Decode(WorkerCodec.Encode(message)));

    [Fact]
    public void Message_of_another_version_should_be_refused_with_both_versions()
    {
        byte[] record = WorkerCodec.Encode(new WorkerMessage.Stop());
        record[0] = 9;
        Assert.Equal("worker protocol version 9; this side speaks 5", Assert.Throws<InvalidDataException>(() => WorkerCodec.Decode(record)).Message);
    }

    [Fact]
    public void Largest_messages_should_fit_a_record()
    {
        Assert.True(WorkerCodec.Encode(new WorkerMessage.Forget([.. Enumerable.Repeat(1, WorkerMessage.MaxIds)])).Length <= WorkerMessage.MaxRecord);
        Assert.True(WorkerCodec.Encode(new WorkerMessage.Sockets([.. Enumerable.Repeat(new PassedSocket(1, EgressKind.Unicast), WorkerMessage.MaxDescriptors)])).Length <= WorkerMessage.MaxRecord);
        Assert.True(WorkerCodec.Encode(new WorkerMessage.Refused(1, new string('ä', 100_000))).Length <= WorkerMessage.MaxRecord);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Decoder_should_answer_any_bytes_with_a_message_or_a_refusal()
    {
        byte[][] seeds = [.. Messages.Select(m => WorkerCodec.Encode(((ITheoryDataRow)m).GetData()[0] as WorkerMessage ?? throw new InvalidOperationException()))];
        int accepted = Mutations.Run(output, seeds, rounds: 200_000, record => WorkerCodec.Decode(record));
        Assert.True(accepted > 0);
    }

    [Fact]
    public void Rule_set_should_survive_encoding() =>
        GenRules.Sample(
            rules =>
            {
                ResolvedRuleSet read = ResolvedRuleCodec.Decode(rules.Generation, ResolvedRuleCodec.Encode(rules));
                Assert.Equal(Text(rules), Text(read));
                Assert.Equal(rules.Rules, read.Rules); // also what is not in the text, as keys
            },
            iter: 200);

    [Fact]
    public void Change_should_survive_encoding() =>
        Gen.Select(GenRules, Gen.Int[0, SlotLayout.RuleCapacity - 1].Array[0, 9]).Sample(
            (rules, dropped) =>
            {
                ResolvedRuleChange change = ResolvedRuleCodec.DecodeChange(6, 7, ResolvedRuleCodec.Encode(new ResolvedRuleChange(6, 7, [.. dropped], rules.Rules)));
                Assert.Equal((6, 7), (change.Base, change.Generation));
                Assert.Equal(dropped, change.Dropped);
                Assert.Equal(rules.Rules, change.Put);
            },
            iter: 200);

    [Fact]
    [Trait("kind", "fuzz")]
    public void Rule_set_decoder_should_answer_any_bytes_with_rules_or_a_refusal()
    {
        byte[][] seeds = [.. Enumerable.Range(0, 8).Select(_ => ResolvedRuleCodec.Encode(GenRules.Single()))];
        int accepted = Mutations.Run(output, seeds, rounds: 100_000, record => ResolvedRuleCodec.Decode(1, record));
        Assert.True(accepted > 0);
        byte[][] changes = [.. Enumerable.Range(0, 8).Select(_ => ResolvedRuleCodec.Encode(new ResolvedRuleChange(1, 2, [3, 4], GenRules.Single().Rules)))];
        Assert.True(Mutations.Run(output, changes, rounds: 50_000, record => ResolvedRuleCodec.DecodeChange(1, 2, record)) > 0);
    }

    [Fact]
    public void Legs_that_cannot_be_should_be_refused()
    {
        ResolvedLegKey one = new(1, default);
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 1, [new ResolvedOutput(1, IPAddress.Parse("10.0.0.2"), 6000, 2)]);
        Assert.Equal("a leg without a key", Refusal(rule with { Leg = new ResolvedLeg(1, []) }));
        Assert.Equal("a leg with two keys of the number 1", Refusal(rule with { Leg = new ResolvedLeg(1, [one, one]) }));
        Assert.Equal("3 where at most 2 is allowed", Refusal(rule with { Leg = new ResolvedLeg(1, [one, one, one]) }));
        Assert.Equal("2 where at most 1 is allowed", Refusal(rule with { Outputs = [rule.Outputs[0] with { Leg = new ResolvedLeg(1, [one, one]) }] }));
        Assert.Equal("a leg without a key", Refusal(rule with { Outputs = [rule.Outputs[0] with { Leg = new ResolvedLeg(1, []) }] }));

        static string Refusal(ResolvedRule rule) => Assert.Throws<InvalidDataException>(() => ResolvedRuleCodec.Decode(1, ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [rule])))).Message;
    }

    /// <summary>A worker that has an old key is one that has old rules; but a hash is written to logs, so that the key itself is not in it.</summary>
    [Fact]
    public void Legs_should_count_in_the_hash_and_their_keys_by_number_only()
    {
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 1, [new ResolvedOutput(1, IPAddress.Parse("10.0.0.2"), 6000, 2)]);
        Assert.True(LegKey.TryRead(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }, out LegKey key));
        ResolvedLeg[] legs = [new(1, [new(1, default)]), new(2, [new(1, default)]), new(1, [new(2, default)])];
        Assert.Distinct(legs.SelectMany(l => new[] { rule with { Leg = l }, rule with { Outputs = [rule.Outputs[0] with { Leg = l }] } }).Append(rule).Select(r => ResolvedRuleHash.Of([r])));
        Assert.Equal(ResolvedRuleHash.Of([rule with { Leg = legs[0] }]), ResolvedRuleHash.Of([rule with { Leg = new(1, [new(1, key)]) }]));
    }

    [Fact]
    public void Inputs_and_selections_that_cannot_be_should_be_refused()
    {
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 1, [])
        {
            Inputs = [new ResolvedInput(3, IPAddress.Parse("239.1.1.1"), 5000, null), new ResolvedInput(ResolvedInput.NoSocket, IPAddress.Parse("239.1.1.2"), 5000, IPAddress.Parse("10.0.0.7"))],
            Select = new SelectSettings(SelectMode.Merge, new SelectKey(SelectKeyKind.Rtp)),
        };
        Assert.Equal([rule], ResolvedRuleCodec.Decode(1, ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [rule]))).Rules);
        SelectSettings failover = new(SelectMode.Failover, null);
        Assert.Equal("9 where at most 8 is allowed", Refusal(rule with { Inputs = [.. Enumerable.Repeat(rule.Inputs[0], 9)] }));
        Assert.Equal("several inputs, and a range or the end of a leg", Refusal(rule with { LastPort = 5001 }));
        Assert.Equal("several inputs, and a range or the end of a leg", Refusal(rule with { PrefixLength = 32 }));
        Assert.Equal("several inputs, and a range or the end of a leg", Refusal(rule with { Leg = new ResolvedLeg(1, [new(1, default)]) }));
        Assert.Equal("Merge by nothing", Refusal(rule with { Select = rule.Select with { By = null } }));
        Assert.Equal("Failover by Content", Refusal(rule with { Select = failover with { By = new SelectKey(SelectKeyKind.Content) } }));
        Assert.Equal("Failover by nothing", Refusal(rule with { Select = failover with { MaxLossPpm = 1 } }));
        Assert.Equal("9 where 10 to 60000 is allowed", Refusal(rule with { Select = failover with { ReceiveTimeoutMilliseconds = 9 } }));
        Assert.Equal("100000001 where 0 to 100000000 is allowed", Refusal(rule with { Select = failover with { MinRate = SelectSettings.MostDatagrams + 1 } }));
        Assert.Equal("1000001 where 0 to 1000000 is allowed", Refusal(rule with { Select = failover with { MaxLossPpm = 1_000_001 } }));
        Assert.Equal("3600001 where 0 to 3600000 is allowed", Refusal(rule with { Select = failover with { RevertAfterMilliseconds = 3_600_001 } }));
        Assert.Equal("451 where 1 to 450 is allowed", Refusal(rule with { Select = rule.Select with { SkewMilliseconds = 451 } }));
        Assert.Equal("a hold of 50 ms and a skew of 49 ms", Refusal(rule with { Select = rule.Select with { SkewMilliseconds = 49 } }));
        Assert.Equal("1048575 where 1048576 to 1073741824 is allowed", Refusal(rule with { Select = rule.Select with { BufferBytes = (1 << 20) - 1 } }));
        Assert.StartsWith("a key with a field ", Refusal(rule with { Select = rule.Select with { By = new SelectKey(SelectKeyKind.Rtp, new SequenceField(4, 32)) } }), StringComparison.Ordinal);
        Assert.StartsWith("a key with a field ", Refusal(rule with { Select = rule.Select with { By = new SelectKey(SelectKeyKind.Sequence, new SequenceField(4, 31)) } }), StringComparison.Ordinal);
        Assert.Equal("a key of kind 4", Refusal(rule with { Select = rule.Select with { By = new SelectKey((SelectKeyKind)4) } }));
        Assert.Equal("2 where at most 1 is allowed", Refusal(rule with { Select = rule.Select with { Mode = (SelectMode)2 } }));

        static string Refusal(ResolvedRule rule) => Assert.Throws<InvalidDataException>(() => ResolvedRuleCodec.Decode(1, ResolvedRuleCodec.Encode(new ResolvedRuleSet(1, [rule])))).Message;
    }

    [Fact]
    public void Each_input_and_each_word_of_a_selection_should_count_in_the_hash()
    {
        ResolvedInput input = new(3, IPAddress.Parse("239.1.1.1"), 5000, null);
        SelectSettings select = new(SelectMode.Failover, null);
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 1, []) { Inputs = [input, input with { Socket = 4 }], Select = select };
        SelectSettings[] others =
        [
            select with { Mode = SelectMode.Merge, By = new SelectKey(SelectKeyKind.Rtp) }, select with { By = new SelectKey(SelectKeyKind.MoldUdp64) }, select with { By = new SelectKey(SelectKeyKind.Sequence, new SequenceField(4, 32)) },
            select with { ReceiveTimeoutMilliseconds = 50 }, select with { MinRate = 1 }, select with { MaxLossPpm = 1 }, select with { Revert = false }, select with { RevertAfterMilliseconds = 1 },
            select with { SkewMilliseconds = 51 }, select with { HoldMilliseconds = 1 }, select with { BufferBytes = 1 << 20 },
        ];
        Assert.Distinct(others.Select(o => rule with { Select = o }).Concat(
        [
            rule, rule with { Inputs = [.. rule.Inputs.Reverse()] }, rule with { Inputs = [input, input with { Socket = 5 }] }, rule with { Inputs = [input, input with { Socket = 4, Port = 5001 }] },
            rule with { Inputs = [input, input with { Socket = 4, Source = IPAddress.Loopback }] }, rule with { Inputs = [], Select = null },
        ]).Select(r => ResolvedRuleHash.Of([r])));
    }

    [Fact]
    public void Equal_rule_sets_should_have_equal_hashes_and_different_ones_different_hashes()
    {
        ResolvedRule rule = new(IPAddress.Parse("239.1.1.1"), 5000, null, 1, [new ResolvedOutput(1, IPAddress.Parse("239.2.2.2"), 6000, 2)]);
        ResolvedRule same = rule with { Outputs = [.. rule.Outputs] };
        ResolvedRule other = rule with { Port = 5001, Counter = 3 };
        Assert.Equal(ResolvedRuleHash.Of([rule, other]), ResolvedRuleHash.Of([other, same]));
        Assert.Distinct([ResolvedRuleHash.Empty, 0UL, ResolvedRuleHash.Of([rule]), ResolvedRuleHash.Of([other]), ResolvedRuleHash.Of([rule, other]), ResolvedRuleHash.Of([rule with { Redundancy = new ResolvedRedundancy(100, 0, 2, []) }, other])]);
    }

    private static readonly Gen<IPAddress> GenAddress = Gen.UInt.Select(a => new IPAddress(a));

    private static readonly Gen<ResolvedLegKey> GenKey = Gen.Select(Gen.UShort, Gen.Byte.Array[LegKey.Size], (number, bytes) => LegKey.TryRead(bytes, out LegKey key) ? new ResolvedLegKey(number, key) : default);

    private static Gen<ResolvedLeg?> GenLeg(int mostKeys) =>
        Gen.Select(Gen.Bool, Gen.ULong, GenKey.Array[1, mostKeys], (is_, id, keys) => is_ ? new ResolvedLeg(id, [.. keys.DistinctBy(k => k.Number)]) : null);

    private static readonly Gen<ResolvedOutput> GenOutput =
        Gen.Select(Gen.Int[0, 1000], GenAddress, Gen.UShort[1, 65535], Gen.Int[0, SlotLayout.OutputCapacity - 1], GenLeg(1), (s, a, p, c, leg) => new ResolvedOutput(s, a, p, c) { Leg = leg });

    private static readonly Gen<ResolvedEcho> GenEcho =
        Gen.Select(Gen.Int[0, 1000], GenAddress, Gen.UShort[1, 65535], Gen.Select(Gen.ULong, Gen.Int[0, ResolvedRedundancy.MaxRank]).Array[0, 8], (s, a, p, peers) => new ResolvedEcho(s, a, p, [.. peers]));

    private static readonly Gen<ResolvedRedundancy?> GenRedundancy =
        Gen.Select(Gen.Bool, Gen.Int[1, 10_000], Gen.Int[0, ResolvedRedundancy.MaxRank], GenEcho.Array[0, 4], (is_, after, rank, echoes) => is_ ? new ResolvedRedundancy(after, rank, 1 + echoes.Length, [.. echoes]) : null);

    private static readonly Gen<SelectKey> GenKind =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, SequenceField.MaxOffset], Gen.Int[0, 3], Gen.Bool, (kind, offset, width, little) => new SelectKey((SelectKeyKind)kind, kind == (int)SelectKeyKind.Sequence ? new SequenceField(offset, 8 << width, little) : default));

    private static readonly Gen<SelectSettings> GenSelect =
        Gen.Select(GenKind, Gen.Bool, Gen.Int[10, 60_000], Gen.Int[0, 1_000_000], Gen.Int[0, 3_600_000], Gen.Int[1, SelectSettings.LongestSkewMilliseconds], Gen.Int[SelectSettings.LeastBufferBytes, SelectSettings.MostBufferBytes]).Select(x =>
            new SelectSettings(x.Item2 || x.Item1.Kind == SelectKeyKind.Content ? SelectMode.Merge : SelectMode.Failover, x.Item1)
            {
                ReceiveTimeoutMilliseconds = x.Item3,
                MinRate = x.Item4 * 100L,
                MaxLossPpm = x.Item4,
                Revert = x.Item4 % 2 == 0,
                RevertAfterMilliseconds = x.Item5,
                SkewMilliseconds = x.Item6,
                HoldMilliseconds = x.Item4 % (x.Item6 + 1),
                BufferBytes = x.Item7,
            });

    private static readonly Gen<ResolvedInput> GenInput =
        Gen.Select(Gen.Int[-1, 1000], GenAddress, Gen.UShort[1, 65535], GenAddress, Gen.Bool, (s, a, p, source, hasSource) => new ResolvedInput(s, a, p, hasSource && !source.Equals(IPAddress.Any) ? source : null));

    private static readonly Gen<(ResolvedInput[] Inputs, SelectSettings? Select)> GenInputs =
        Gen.Select(Gen.Bool, GenInput.Array[1, SelectSettings.MaxInputs], GenSelect, (is_, inputs, select) => is_ ? (inputs, select) : (Array.Empty<ResolvedInput>(), (SelectSettings?)null));

    private static readonly Gen<ResolvedRuleSet> GenRules =
        Gen.Select(GenAddress, Gen.UShort[1, 65535], GenAddress, Gen.Bool, GenRedundancy, Gen.Int[0, SlotLayout.RuleCapacity - 1], GenOutput.Array[0, 64], Gen.Select(GenLeg(ResolvedLeg.MaxKeys), GenInputs))
            .Select(x => new ResolvedRule(x.Item1, x.Item2, x.Item4 ? x.Item3 : null, x.Item6, [.. x.Item7]) { Redundancy = x.Item5, Leg = x.Item8.Item2.Select is null ? x.Item8.Item1 : null, Inputs = [.. x.Item8.Item2.Inputs], Select = x.Item8.Item2.Select })
            .Array[0, 20].Select(rules => new ResolvedRuleSet(7, [.. rules]));

    private static string Text(ResolvedRuleSet set) => string.Join('\n', set.Rules.Select(r => $"{r.Group} {r.Port} {r.Source} {r.Redundancy?.AfterMilliseconds} {r.Redundancy?.Rank} {string.Join('+', r.Redundancy?.Echoes.Select(e => $"{e.Socket} {e.Group} {e.Port} {string.Join('/', e.Peers)}") ?? [])} {r.Counter} {string.Join(',', r.Outputs)}"));
}
