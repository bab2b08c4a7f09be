using System.Diagnostics;
using System.Globalization;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>
/// Everything at once, at random, while datagrams flow: afterwards all is relayed, what is missing is accounted for, and nothing is left behind.
/// MCR_CHAOS_SECONDS says how long (60), MCR_CHAOS_SEED which course it takes (by chance; it is printed).
/// </summary>
[Collection(SerialPackets.Name)]
public sealed class ChaosSpecs(ITestOutputHelper output) : IDisposable
{
    private const int Rate = 5_000;

    /// <summary>What a worker may have in its hands.</summary>
    private const int Batch = 64;

    /// <summary>Descriptors that an adopting mcrd may have more than one that opened everything itself.</summary>
    private const int MoreDescriptors = 8;

    private static readonly int Seed = Number("MCR_CHAOS_SEED") ?? Environment.TickCount & 0xFFFF;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(Number("MCR_CHAOS_SECONDS") ?? 60);

    private readonly RelayTopology _topology = new();
    private readonly Random _random = new(Seed);
    private readonly SortedDictionary<string, int> _events = new(StringComparer.Ordinal);
    private McrdProcess _mcrd = null!;
    private readonly List<string> _logs = [];
    private long _allowed;
    private int _added;

    /// <summary>The stream that is counted comes in on in0; other rules' devices are deleted and made again.</summary>
    private static readonly string Rules = string.Join('\n',
        """{ name = counted, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""",
        """{ name = beside, input { interface = in0, group = "239.1.1.9", port = 5000 }, outputs = [ { interface = out1, group = "239.2.2.9", port = 6000 }, { interface = out0, group = "10.2.0.2", port = 6009 } ] }""",
        """{ name = other, input { interface = out1, group = "239.1.1.8", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.8", port = 6000 } ] }""");

    public void Dispose() => _topology.Dispose();

    [Fact]
    public void Everything_should_heal_and_every_loss_be_accounted_for()
    {
        output.WriteLine($"MCR_CHAOS_SEED={Seed}");
        using McrdProcess mcrd = _mcrd = McrdProcess.StartReady(_topology.Relay, Rules, "  worker.max-restarts = 1000"); // who is killed so often is not to blame
        using var receiver = new StreamReceiver(_topology.Destination, "dst0", "239.2.2.2", 6000, null);
        using RunningProcess sender = StreamSender.Start(_topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}", "--size", "200");
        mcrd.AwaitRelayed(Rate);
        AwaitHealed();
        (int Descriptors, int Threads, int Processes) before = Usage();

        (string Name, Action Do)[] events =
        [
            ("worker killed", KillWorker), ("worker stopped", StopWorker), ("input flapped", () => Flap("in0", lossy: true)), ("output flapped", () => Flap("out0", lossy: true)),
            ("other device flapped", () => Flap("out1", lossy: false)), ("other device made again", Remake), ("address changed", ChangeAddress), ("MTU changed", ChangeMtu),
            ("rule changed", ChangeRule), ("rule changed", ChangeRule), ("mcrd killed", KillMcrd),
        ];
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Length)
        {
            (string name, Action act) = events[_random.Next(events.Length)];
            _events[name] = _events.GetValueOrDefault(name) + 1;
            act();
            Thread.Sleep(_random.Next(500)); // chaos: whatever the last event's state is
        }

        AwaitHealed();
        long relayed = mcrd.Relayed("counted");
        McrdWaits.Until(() => mcrd.Relayed("counted") >= relayed + Rate, "the stream to flow again");
        (int Descriptors, int Threads, int Processes) after = Usage();
        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        mcrd.AwaitQuiet();
        receiver.Process.Terminate();
        Summary result = receiver.Result();
        string log = mcrd.Stop().Output;
        output.WriteLine(string.Join("\n\n", [.. _logs, log]));
        long counted = Final(log, "Ingress", "filtered") + Final(log, "Ingress", "buf_exhaust") + Final(log, "Egress", "errors");
        long missing = sent - result.Number("received");
        output.WriteLine(string.Join(", ", _events.Select(e => $"{e.Key} {e.Value}")));
        output.WriteLine($"sent {sent}, missing {missing}: counted {counted}, allowed besides {_allowed}; before {before}, after {after}");
        Assert.Equal(0, result.Number("duplicated") + result.Number("reordered") + result.Number("corrupted"));
        Assert.InRange(missing, 0, counted + _allowed);
        Assert.InRange(after.Descriptors, 0, before.Descriptors + MoreDescriptors);
        Assert.InRange(after.Threads, 0, before.Threads);
        Assert.Equal(before.Processes, after.Processes);
    }

    /// <summary>Costs what it has in its hands.</summary>
    private void KillWorker() => Signal(Libc.SIGKILL);

    /// <summary>The same; what gets too old meanwhile is counted.</summary>
    private void StopWorker() => Signal(Libc.SIGSTOP);

    private void Signal(int signal)
    {
        int[] pids = [.. _mcrd.WorkerPids().Where(p => p > 0)];
        if (pids.Length == 0)
            return;
        _ = Libc.kill(pids[_random.Next(pids.Length)], signal);
        _allowed += Batch;
    }

    /// <summary>A dead link swallows what is sent meanwhile, and until somebody has seen that it is back.</summary>
    private void Flap(string device, bool lossy)
    {
        long began = Stopwatch.GetTimestamp();
        _topology.Relay.Ip($"link set {device} down");
        Thread.Sleep(_random.Next(300));
        _topology.Relay.Ip($"link set {device} up");
        if (lossy)
            _allowed += Batch + (long)(Rate * (Stopwatch.GetElapsedTime(began) + TimeSpan.FromMilliseconds(150)).TotalSeconds);
    }

    private void Remake()
    {
        _topology.Relay.Ip("link delete out1");
        Thread.Sleep(_random.Next(200));
        Mcr.Native.Namespaces.NetworkNamespace.Connect(_topology.Relay, "out1", "10.3.0.1/24", _topology.Destination, "dst1", "10.3.0.2/24");
    }

    private void ChangeAddress()
    {
        int host = _random.Next(10, 250);
        _topology.Relay.Ip($"address add 10.2.0.{host}/24 dev out0");
        Thread.Sleep(_random.Next(100));
        _topology.Relay.Ip($"address delete 10.2.0.{host}/24 dev out0");
    }

    private void ChangeMtu() => _topology.Relay.Ip($"link set {(_random.Next(2) == 0 ? "out0" : "out1")} mtu {_random.Next(1280, 1500)}");

    private void ChangeRule()
    {
        string name = $"added-{_added}";
        if (_random.Next(2) == 0)
            _mcrd.TryCtl("add", "--name", $"added-{++_added}", "--input-interface", "in0", "--input-group", $"239.1.2.{1 + (_added % 250)}", "--input-port", "5000", "--outputs", $"239.2.3.{1 + (_added % 250)}:6000:out1");
        else
            _mcrd.TryCtl("remove", "--name", name);
    }

    /// <summary>Costs nothing, as long as the worker lives: what waits for one that has died is gone with both.</summary>
    private void KillMcrd()
    {
        McrdWaits.Until(() => _mcrd.Workers().All(w => w.GetProperty("status").GetString() == "Running" && w.GetProperty("sync").GetString() == "Synced"), "all workers to run");
        _mcrd.Kill();
        _logs.Add(_mcrd.Process.Output);
        Thread.Sleep(_random.Next(300));
        _mcrd.StartAgain();
    }

    private void AwaitHealed()
    {
        McrdWaits.Until(() => _mcrd.Rules().All(r => r.GetProperty("status").GetString() == "Active"), "all rules to be active");
        McrdWaits.Until(() => _mcrd.Workers().All(w => w.GetProperty("sync").GetString() == "Synced"), "all workers to run their rules");
        _mcrd.AwaitStandby();
    }

    private (int Descriptors, int Threads, int Processes) Usage()
    {
        (int descriptors, int threads) = McrdWaits.UsageOf(_mcrd.Process.Pid);
        return (descriptors, threads, WorkerProcesses());
    }

    /// <summary>That were ever started from this mcrd's directory, or one's before it.</summary>
    private int WorkerProcesses() => Directory.GetDirectories("/proc").Count(p =>
    {
        try
        {
            return File.ReadAllText($"{p}/cmdline").StartsWith(_mcrd.RuntimeDirectory, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    /// <summary>Of all workers.</summary>
    private static long Final(string log, string plane, string name) => log.Split('\n')
        .Where(l => l.Contains($"[STATS:{plane} FINAL]", StringComparison.Ordinal))
        .Sum(l => long.Parse(l.Split($" {name}=")[1].Split(' ')[0], CultureInfo.InvariantCulture));

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
