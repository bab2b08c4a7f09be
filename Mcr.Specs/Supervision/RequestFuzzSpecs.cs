using System.Text;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Mcr.Actors.Audit;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Relay;
using Mcr.Actors.State;
using Mcr.Native.Rules;
using Mcr.Specs.Control;

namespace Mcr.Specs.Supervision;

/// <summary>
/// A control client may send anything at any time. Every request that can be read, whole or damaged, to the whole tree of actors, on a platform that
/// is none: each gets an answer, none brings an actor down, and what runs in the end can be written down and read again.
/// </summary>
public sealed class RequestFuzzSpecs(ITestOutputHelper output) : RelaySpec(output)
{
    private const int AtOnce = 250;
    private const int Batches = 20;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mcr-spec-fuzz-");
    private readonly ITestOutputHelper _output = output;

    [Fact]
    [Trait("kind", "fuzz")]
    public void Requests_of_any_kind_should_be_answered_and_leave_rules_that_can_be_read_again()
    {
        string file = Path.Combine(_directory.FullName, "mcrd.hocon");
        File.WriteAllText(file, $"mcr {{ control.socket = \"{_directory.FullName}/s\"\n rules = [ {{ name = file, input {{ interface = in0, group = \"239.1.1.200\", port = 5000 }}, outputs = [ {{ interface = out0, group = \"239.2.2.200\", port = 6000 }} ] }} ] }}");
        var sources = new SettingsSources { ConfigFile = file };
        McrSettings settings = SettingsReader.Read(sources).Settings!;
        using var audit = new AuditLog(Path.Combine(_directory.FullName, "state"), _ => { }, _ => { }, TimeProvider.System);
        var gate = new ControlGate { Audit = audit };
        RelayOptions options = Options with { Configuration = new RunningConfiguration(sources, settings) };
        var ledger = RuleLedger.Open([.. settings.Rules.Select(r => new Mcr.Actors.Messages.RuleWithOrigin(r.Rule, r.Origin))], new StateDirectory(Path.Combine(_directory.FullName, "state"), _ => { }, TimeProvider.System));
        FakePlatform platform = Platform;
        IActorRef relay = Sys.ActorOf(Props.Create(() => new RelaySupervisor(platform, options, ledger, TimeProvider.System, gate)), "relay");
        var peer = new ControlPeer(1, 0, 0, "root", MayChange: true);
        AwaitAssert(() => Assert.IsType<ControlResponse.Pong>(Ask(gate, new ControlRequest.Ping(), peer)));
        TestProbe errors = CreateTestProbe();
        Sys.EventStream.Subscribe(errors, typeof(Error));
        byte[][] seeds = [.. RequestCodecSpecs.Recorded.Select(row => row.Data.Item1).Concat(Sensible()).Select(Encoding.UTF8.GetBytes)];
        long sent = 0;
        long answered = 0;
        long done = 0;
        Fuzzing.Run(_output, Batches, random =>
        {
            var waiting = new List<Task<ControlResponse>>();
            for (int i = 0; i < AtOnce; i++, sent++)
            {
                try
                {
                    waiting.Add(gate.HandleAsync(RequestCodec.Decode(random.Next(3) == 0 ? seeds[random.Next(seeds.Length)] : Mutations.Mutate(random, seeds[random.Next(seeds.Length)])), peer with { MayChange = random.Next(10) > 0 }, CancellationToken.None));
                }
                catch (InvalidDataException)
                {
                    // the one refusal there is
                }
            }

            Advance(TimeSpan.FromMilliseconds(100));
            for (int waits = 0; !Wait(waiting); waits++)
            {
                Advance(TimeSpan.FromSeconds(3)); // the answer that a worker's silence costs
                Assert.True(waits < 100, "a request without an answer");
            }

            answered += waiting.Count;
            ControlResponse[] responses = [.. waiting.Select(ResultOf)];
            done += responses.Count(r => r is not ControlResponse.Error);
            foreach (ControlResponse response in responses)
                ResponseCodec.Decode(ResponseCodec.Encode(response));
            Platform.Journal.Clear();
        });
        _output.WriteLine($"{sent} requests, {answered} of which were understood and answered, {done} with something else than an error");
        Assert.True(done > 0 && done < answered);
        var shown = Assert.IsType<ControlResponse.Config>(Ask(gate, new ControlRequest.ShowConfig(), peer));
        McrSettings again = SettingsReader.Read(new SettingsSources { ConfigFile = file, Text = shown.Entry.Hocon }).Settings!;
        Assert.Equal(shown.Entry.RulesetHash, RuleSetHash.Of(again.Rules.Select(r => r.Rule)));
        while (errors.ReceiveOne(TimeSpan.Zero) is Error error)
            Assert.Null(error.Cause); // an actor that fell over
        Watch(relay);
        relay.Tell(new Mcr.Actors.Messages.RelayCommands.Stop(Hold: false));
        AwaitAssert(() =>
        {
            Advance(TimeSpan.FromSeconds(1));
            ExpectTerminated(relay, TimeSpan.FromMilliseconds(100));
        });
        _directory.Delete(recursive: true);
    }

    private static ControlResponse Ask(ControlGate gate, ControlRequest request, ControlPeer peer) => ResultOf(gate.HandleAsync(request, peer, CancellationToken.None));

    private static ControlResponse ResultOf(Task<ControlResponse> answer) => answer.GetAwaiter().GetResult();

    private static bool Wait(List<Task<ControlResponse>> answers) => Task.WaitAll([.. answers], 100);

    /// <summary>Requests that do something, about rules that get into each other's way.</summary>
    private static IEnumerable<string> Sensible() =>
        from i in Enumerable.Range(0, 40)
        let rule = $$"""{"name":"n{{i % 7}}","input_interface":"in0","input_group":"239.1.1.{{i % 9}}","input_port":"5000","outputs":[{"group":"239.{{1 + (i % 2)}}.1.{{i % 5}}","port":"{{5000 + (i % 3)}}","interface":"out{{i % 2}}"}],"force":false}"""
        let command = (i % 4) switch
        {
            0 => $"\"Add\":{rule}",
            1 => $"\"Remove\":{{\"name\":\"n{i % 7}\"}}",
            2 => $"\"ChangeRules\":{{\"rules\":[{rule}],\"removals\":[],\"replace\":{(i % 8 == 2 ? "true" : "false")},\"dry_run\":false{(i % 12 == 2 ? ",\"confirm\":\"1s\"" : "")}}}",
            _ => $"\"ChangeRules\":{{\"rules\":[{rule}],\"removals\":[{{\"name\":\"n{(i + 1) % 7}\"}}],\"replace\":false,\"dry_run\":false}}",
        }
        select $"{{\"version\":1,\"command\":{{{command}}}}}";
}
