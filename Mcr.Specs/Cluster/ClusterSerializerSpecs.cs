using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using CsCheck;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Member;
using Mcr.Actors.Cluster.Rules;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Legs;
using Mcr.Actors.Redundancy;

namespace Mcr.Specs.Cluster;

/// <summary>Nodes of three versions talk to each other: this one, one before it and one after it.</summary>
public sealed class ClusterSerializerSpecs : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly ActorSystem _system = ActorSystem.Create(nameof(ClusterSerializerSpecs));
    private readonly ClusterSerializer _serializer;

    public ClusterSerializerSpecs(ITestOutputHelper output)
    {
        _output = output;
        _serializer = new ClusterSerializer((ExtendedActorSystem)_system);
    }

    /// <summary>Manifest, bytes as this version writes them, and the message. Never changed: nodes of other versions have them.</summary>
    public static TheoryData<string, string> Recorded => new()
    {
        { "K1", """{"self":"akka.ssl.tcp://mcr@10.0.0.1:4053#17","members":["akka.ssl.tcp://mcr@10.0.0.1:4053#17"]}""" },
        { "K1", """{"self":"akka.ssl.tcp://mcr@10.0.0.1:4053#17","members":[]}""" },
        { "k1", """{"self":"akka.tcp://mcr@[fd00::1]:4053#-5","members":["akka.tcp://mcr@[fd00::1]:4053#-5","akka.tcp://mcr@[fd00::2]:4053#6"]}""" },
        { "F1", """{"from":"a","who":"root","may_change":true,"request":"AQID"}""" },
        { "f1", """{"response":"AQID"}""" },
        { "R1", """{"number":7,"version":"0.1.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{"Active":3,"Pending":1},"workers":{"Running":2},"interfaces":{"eth0":"up"},"refused":{"r-1":"no"}}""" },
        { "R1", """{"number":7,"version":"0.1.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{},"workers":{},"interfaces":{},"refused":{"r-1":"no"},"refused_more":3}""" },
        { "R1", """{"number":7,"version":"0.1.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{},"workers":{},"interfaces":{},"refused":{},"redundancy":{"r-1":{"forwarding":true,"since":"2026-11-23T12:00:00+00:00","cause":"it was told to","unfit":"a","degraded":"b","flowing":true,"sending":true,"proven":false,"links":"02aabbccddee 02aabbccddef","addresses":"10.2.0.1"},"r-2":{"forwarding":false,"since":"2026-11-23T12:00:00+00:00","cause":"","flowing":false,"sending":false,"proven":true,"links":"","addresses":""}}}""" },
        { "R1", """{"number":7,"version":"0.1.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{},"workers":{},"interfaces":{},"refused":{},"legs":[{"from":"a","rule":"r-1","output":"239.2.2.2:6000 on eth1","to":"b","address":"10.0.0.2","port":4107,"id":"00000000000000ff","key":1,"received":9,"lost":1,"reordered":2,"refused":3,"delay_least":-5,"delay_mean":0,"delay_most":7,"last":"2026-11-23T12:00:00+00:00"},{"from":"b","rule":"r-1","output":"239.2.2.2:6000 on eth1","to":"a","problem":"no","address":"10.0.0.1","port":4100,"sent":5,"fragmented":1,"mtu":1500}],"clock":{"host":"5f","synchronised":true,"error_microseconds":1024}}""" },
        { "R1", """{"number":7,"version":"0.1.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{},"workers":{},"interfaces":{},"refused":{},"legs":[{"from":"a","rule":"r-1","output":"239.2.2.2:6000 on eth1","to":"b"}]}""" },
        { "S1", """{"version":1,"rules":[{"node":"b","id":"r-1","writes":[{"writer":"a#0000000000000001","number":2,"clock":3,"by":"root","at":5,"text":"{}","origin":"mcrctl"}]}]}""" },
    };

    /// <summary>What a node of a later version may say: more in each.</summary>
    public static TheoryData<string, string, string> Newer => new()
    {
        { "K1", """{"zone":"x","self":"a#1","members":["a#1"],"load":[1,{"x":2}]}""", """{"self":"a#1","members":["a#1"]}""" },
        { "k1", """{"self":"a#1","members":["a#1"],"since":"2027"}""", """{"self":"a#1","members":["a#1"]}""" },
        { "F1", """{"from":"a","who":"root","may_change":false,"request":"AQID","trace":{"id":"7"}}""", """{"from":"a","who":"root","may_change":false,"request":"AQID"}""" },
        { "f1", """{"response":"AQID","took_ms":4}""", """{"response":"AQID"}""" },
        { "R1", """{"number":7,"version":"9.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{"Sleeping":3},"workers":{},"interfaces":{"eth0":"half"},"refused":{},"load":0.5}""", """{"number":7,"version":"9.0","at":"2026-11-23T12:00:00+00:00","ruleset_hash":"00ff","rules":{"Sleeping":3},"workers":{},"interfaces":{"eth0":"half"},"refused":{}}""" },
    };

    /// <summary>And one of an earlier: less, or null.</summary>
    public static TheoryData<string, string, string> Older => new()
    {
        { "K1", """{"self":"a#1"}""", """{"self":"a#1","members":[]}""" },
        { "k1", """{"self":"a#1","members":null}""", """{"self":"a#1","members":[]}""" },
        { "k1", """{"self":"a#1","members":["b#1",null]}""", """{"self":"a#1","members":["b#1"]}""" },
        { "F1", """{"from":"a","who":"root","request":"AQID"}""", """{"from":"a","who":"root","may_change":false,"request":"AQID"}""" },
        { "R1", """{"refused_more":-1}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{}}""" },
        { "R1", """{}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{}}""" },
        { "R1", """{"number":3,"version":null,"ruleset_hash":null,"rules":null,"workers":null,"interfaces":{"eth0":null},"refused":null}""", """{"number":3,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{}}""" },
        { "S1", """{}""", """{"version":1,"rules":[]}""" },
        { "R1", """{"legs":null,"clock":null}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{}}""" },
        { "R1", """{"legs":[]}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{}}""" },
        { "R1", """{"legs":[null,{"from":null,"rule":null,"output":null,"to":null,"problem":null,"address":null,"id":null},{}],"clock":{"host":null}}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{},"legs":[{"from":"","rule":"","output":"","to":""}],"clock":{"host":"","synchronised":false,"error_microseconds":0}}""" },
        { "R1", """{"redundancy":null}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{}}""" },
        { "R1", """{"redundancy":{"r-1":null,"r-2":{"cause":null,"unfit":null,"links":null}}}""", """{"number":0,"version":"","at":"0001-01-01T00:00:00+00:00","ruleset_hash":"","rules":{},"workers":{},"interfaces":{},"refused":{},"redundancy":{"r-2":{"forwarding":false,"since":"0001-01-01T00:00:00+00:00","cause":"","flowing":false,"sending":false,"proven":false,"links":"","addresses":""}}}""" },
    };

    public void Dispose() => _system.Terminate().Wait(TimeSpan.FromSeconds(10));

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Recorded_bytes_should_be_read_and_written_again(string manifest, string json)
    {
        object message = _serializer.FromBinary(Encoding.UTF8.GetBytes(json), manifest);
        Assert.Equal(manifest, _serializer.Manifest(message));
        Assert.Equal(json, Encoding.UTF8.GetString(_serializer.ToBinary(message)));
    }

    [Theory]
    [MemberData(nameof(Newer))]
    [MemberData(nameof(Older))]
    public void Words_of_another_version_should_be_read_as_far_as_they_are_known(string manifest, string json, string known) =>
        Assert.Equal(known, Encoding.UTF8.GetString(_serializer.ToBinary(_serializer.FromBinary(Encoding.UTF8.GetBytes(json), manifest))));

    [Fact]
    public void Every_message_should_come_back_as_it_was()
    {
        Gen<string> text = Gen.String.Select(s => string.Concat(s.Where(c => !char.IsSurrogate(c))));
        Gen.Select(text, text.Array[0, 5], Gen.Byte.Array[0, 200], Gen.Bool).Sample((one, more, bytes, flag) =>
        {
            Assert.Equal(more.Select(m => CertificateNames.Printable(m, 400)), Back(new Knock(one, more)).Members);
            Assert.Equal(CertificateNames.Printable(one, 400), Back(new Knocked(one, more)).Self);
            Forward forward = Back(new Forward(one, one, flag, bytes));
            Assert.Equal((CertificateNames.Printable(one), CertificateNames.Printable(one), flag), (forward.From, forward.Who, forward.MayChange));
            Assert.Equal(bytes, forward.Request);
            Assert.Equal(bytes, Back(new Forwarded(bytes)).Response);
        });
        NodeReportSpecs.Any.Sample(report =>
        {
            NodeReport back = Back(report);
            Assert.Equal((report.Number, report.At, NodeReportSpecs.Text(report)), (back.Number, back.At, NodeReportSpecs.Text(back)));
        });
    }

    [Fact]
    public void Shard_should_come_back_equal()
    {
        var key = new RuleKey("b", "r-1");
        RuleRegister register = RuleRegister.Empty
            .With(new RuleWrite("a#1", 1, 1, "root", 5, new RuleValue("{\"name\":\"é\"}", "mcrctl")), SeenWrites.None)
            .With(new RuleWrite("b#1", 4, 2, "root", 5, null), SeenWrites.None);
        var shard = new RuleShard(ImmutableDictionary<RuleKey, RuleRegister>.Empty.Add(key, register));
        Assert.Equal(shard, Back(shard));
    }

    [Theory]
    [InlineData("K1", "null")]
    [InlineData("K1", "{}")]
    [InlineData("k1", """{"self":null}""")]
    [InlineData("F1", """{"from":"a","who":"b"}""")]
    [InlineData("F1", """{"from":"a","who":"b","request":"not base64"}""")]
    [InlineData("f1", """{"response":null}""")]
    [InlineData("R1", "null")]
    [InlineData("R1", """{"rules":{"Active":"many"}}""")]
    [InlineData("R1", """{"number":1e99}""")]
    [InlineData("R1", """{"redundancy":{"r-1":{"forwarding":"yes"}}}""")]
    [InlineData("R1", """{"redundancy":[]}""")]
    [InlineData("R1", """{"legs":{}}""")]
    [InlineData("R1", """{"legs":[{"port":"many"}]}""")]
    [InlineData("R1", """{"clock":{"error_microseconds":1e99}}""")]
    [InlineData("R1", """{"version":"\ud800"}""")]
    [InlineData("S1", "[]")]
    [InlineData("S1", """{"rules":[{"node":"b\u001b[2J","id":"r-1"}]}""")]
    [InlineData("S1", """{"rules":[{"node":"b","id":"r\u202e1"}]}""")]
    [InlineData("S1", """{"rules":[{"node":"b","id":"r-1","writes":[{"writer":"a\n#1","number":2}]}]}""")]
    [InlineData("K1", "")]
    [InlineData("K1", """{"self":"a","x":[[[[[[[[[[[[1]]]]]]]]]]]]}""")]
    [InlineData("K2", """{"self":"a#1"}""")]
    [InlineData("", "{}")]
    [InlineData("System.IO.FileInfo, System.Runtime", "{}")]
    public void What_cannot_be_used_should_be_refused(string manifest, string json) =>
        Assert.Throws<InvalidDataException>(() => _serializer.FromBinary(Encoding.UTF8.GetBytes(json), manifest));

    /// <summary>Whoever has a node's certificate may send any text, and an operator's terminal obeys some.</summary>
    [Fact]
    public void Texts_should_be_printable_and_short_whoever_wrote_them()
    {
        string evil = $"root\e[2J\n\u202e{new string('x', 100_000)}";
        Assert.Equal("root?[2J??", Back(new Forward("a", evil, true, [1])).Who[..10]);
        Assert.Equal(129, Back(new Forward("a", evil, true, [1])).Who.Length);

        var report = new NodeReport { Version = evil, RulesetHash = evil, Rules = One(evil, 1), Workers = One(evil, 1), Interfaces = One(evil, evil), Refused = One(evil, evil) };
        NodeReport back = Back(report);
        string[] texts = [back.Version, back.RulesetHash, .. back.Rules.Keys, .. back.Workers.Keys, .. back.Interfaces.Keys, .. back.Interfaces.Values, .. back.Refused.Keys, .. back.Refused.Values];
        Assert.Equal(8, texts.Length);
        Assert.All(texts, text => Assert.True(text.Length <= 2_001 && !text.Any(c => char.IsControl(c) || c == '\u202e')));

        var redundant = new NodeReport { Redundancy = ImmutableSortedDictionary<string, RedundancyReport>.Empty.Add(evil, new RedundancyReport { Cause = evil, Unfit = evil, Degraded = evil, Links = evil }) };
        KeyValuePair<string, RedundancyReport> rule = Back(redundant).Redundancy.Single();
        Assert.All([rule.Key, rule.Value.Cause, rule.Value.Unfit, rule.Value.Degraded, rule.Value.Links], text => Assert.True(text!.Length is > 100 and <= 2_001 && !text.Any(c => char.IsControl(c) || c == '\u202e')));
        Assert.Empty(rule.Value.ReadLinks());
        Assert.Equal(_serializer.ToBinary(redundant), _serializer.ToBinary(Back(redundant)));

        var ends = new NodeReport { Legs = [new LegReport { From = evil, Rule = evil, Output = evil, To = evil, Problem = evil, Address = evil, Id = evil }], Clock = new ClockReport(evil, true, 1) };
        LegReport leg = Back(ends).Legs.Single();
        Assert.All([leg.From, leg.Rule, leg.Output, leg.To, leg.Problem, leg.Address, leg.Id, Back(ends).Clock!.Host], text => Assert.True(text!.Length is > 100 and <= 2_001 && !text.Any(c => char.IsControl(c) || c == '\u202e')));
        Assert.Equal(_serializer.ToBinary(ends), _serializer.ToBinary(Back(ends)));

        Assert.Equal("root?[2J??", Back(new Forward(evil, "root", true, [1])).From[..10]);
        Knock knock = Back(new Knock(evil, [.. Enumerable.Repeat(evil, 2_000)]));
        Assert.Equal(1_000, knock.Members.Count);
        Assert.All([knock.Self, .. knock.Members], text => Assert.StartsWith("root?[2J??xxx", text, StringComparison.Ordinal));
        Assert.Equal(401, knock.Self.Length);

        string json = $$"""{"rules":[{"node":"b","id":"r-1","writes":[{"writer":"a#1","number":2,"by":{{JsonSerializer.Serialize(evil)}},"text":"{}","origin":{{JsonSerializer.Serialize(evil)}}}]}]}""";
        RuleWrite write = Assert.IsType<RuleShard>(_serializer.FromBinary(Encoding.UTF8.GetBytes(json), "S1")).Rules.Values.Single().Winner!;
        Assert.Equal(("root?[2J??", 129, "root?[2J??", 1_025), (write.By[..10], write.By.Length, write.Value!.Origin[..10], write.Value.Origin.Length));
        Assert.Equal("a?b", (write with { By = "a\nb" }).By);
        Assert.Equal("a?b", (write.Value with { Origin = "a\nb" }).Origin);
        Assert.Equal((129, "1?"), (MemberRoles.NodeOf([$"node={evil}"])!.Length, MemberRoles.VersionOf(["node=b", "version=1\t"])));

        // The same bytes wherever it has come by: replicators compare them.
        Assert.Equal(_serializer.ToBinary(report), _serializer.ToBinary(back));

        static Dictionary<string, T> One<T>(string key, T value) => new() { [key] = value };
    }

    [Fact]
    public void Largest_request_and_answer_should_leave_room_in_a_frame()
    {
        string name = new('n', 128);
        Assert.InRange(_serializer.ToBinary(new Forward(name, name, true, new byte[Packed.MaxBytes])).Length, Packed.MaxBytes, RemoteConfig.MaxFrame - 32_768);
        Assert.InRange(_serializer.ToBinary(new Forwarded(new byte[Packed.MaxBytes])).Length, Packed.MaxBytes, RemoteConfig.MaxFrame - 32_768);
    }

    [Fact]
    public void What_is_no_message_should_not_be_sent()
    {
        Assert.Throws<ArgumentException>(() => _serializer.ToBinary("text"));
        Assert.Throws<ArgumentException>(() => _serializer.Manifest("text"));
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_bytes_should_be_read_or_refused_and_what_is_read_be_usable()
    {
        (string Manifest, byte[] Bytes)[] seeds = [.. Recorded.Select(r => (r.Data.Item1, Encoding.UTF8.GetBytes(r.Data.Item2))), .. Newer.Concat(Older).Select(r => (r.Data.Item1, Encoding.UTF8.GetBytes(r.Data.Item2)))];
        int read = 0;
        foreach (IGrouping<string, (string Manifest, byte[] Bytes)> kind in seeds.GroupBy(s => s.Manifest))
        {
            read += Mutations.Run(_output, [.. kind.Select(s => s.Bytes)], 40_000, bytes =>
            {
                object message = _serializer.FromBinary(bytes, kind.Key);
                Use(message);
                _serializer.ToBinary(message);
            });
        }

        Assert.True(read > 1_000);
    }

    /// <summary>As the actors do.</summary>
    private static void Use(object message)
    {
        switch (message)
        {
            case Knock knock:
                _ = new IslandState("z#1", ["a"], TimeSpan.Zero).Heard("a", new Island(knock.Self, [.. knock.Members]), null, TimeSpan.Zero);
                break;
            case Forward forward:
                Open(forward.Request);
                break;
            case NodeReport report:
                _ = report.Merge(new NodeReport { Number = report.Number, At = report.At }).SaysTheSameAs(NodeReport.None);
                break;
            case RuleShard shard:
                _ = RuleShard.Empty.Merge(shard).Equals(shard);
                break;
            default:
                break;
        }
    }

    private static void Open(byte[] packed)
    {
        try
        {
            Packed.Open(packed, 1000);
        }
        catch (InvalidDataException)
        {
            // the one refusal there is
        }
    }

    private T Back<T>(T message)
        where T : notnull => Assert.IsType<T>(_serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)));
}
