using System.Diagnostics;
using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>A hundred changes of other rules each second, each of them kept for the next mcrd, while one rule's datagrams flow.</summary>
[Collection(SerialPackets.Name)]
public sealed class ChurnSpecs(ITestOutputHelper output)
{
    private const string Video = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const int Rate = 10_000;
    private const int ChangesPerSecond = 100;
    private const int Seconds = 5;
    private const int Others = 20;

    [Fact]
    public void Churn_of_other_rules_should_cost_no_datagram_and_be_kept_without_a_word()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Video);
        using var client = ControlClient.Connect(mcrd.ControlSocket, TimeSpan.FromSeconds(10));
        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, null);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}");
        var there = new HashSet<int>();
        long began = Stopwatch.GetTimestamp();
        for (int change = 0; change < ChangesPerSecond * Seconds; change++)
        {
            TimeSpan early = TimeSpan.FromSeconds((double)change / ChangesPerSecond) - Stopwatch.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
                Thread.Sleep(early); // the pace of the load, not a wait
            Change(client, change, there);
        }

        double rate = ChangesPerSecond * Seconds / Stopwatch.GetElapsedTime(began).TotalSeconds;
        sender.Terminate();
        Summary sent = StreamSender.Result(sender);
        receiver.Process.Terminate();
        Summary received = receiver.Result();
        (int code, string log) = mcrd.Stop();
        new EventCost($"{rate:0} changes a second of other rules", "ring")
        {
            Gap = received.LongestMilliseconds,
            Lost = sent.Number("sent") - received.Number("received"),
            MostLost = 0,
            Sent = sent.Number("sent"),
        }.Check(output);
        Assert.Equal(0, code);
        Assert.InRange(sent.Number("sent"), Rate, long.MaxValue);
        Assert.Equal((sent.Number("sent"), 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered")));
        Assert.DoesNotContain("rules.json", log, StringComparison.Ordinal);

        using var kept = JsonDocument.Parse(File.ReadAllText(Path.Combine(mcrd.StateDirectory, "rules.json")));
        Assert.Equal(there.Select(Name).Order(StringComparer.Ordinal), kept.RootElement.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    /// <summary>Each is added, changed and removed by turns.</summary>
    private static void Change(ControlClient client, int change, HashSet<int> there)
    {
        int other = change % Others;
        bool removes = change / Others % 3 == 2;
        ControlResponse answer = client.Ask(removes
            ? new ControlRequest.Remove { Name = Name(other) }
            : new ControlRequest.Add
            {
                Name = Name(other),
                InputInterface = "in0",
                InputGroup = $"239.1.2.{other}",
                InputPort = "5000",
                Outputs = [new OutputText { Group = "239.2.3.1", Port = $"{6000 + (change / Others % 3)}", Interface = "out1" }],
            });
        Assert.Matches("is (active|removed)$", Assert.IsType<ControlResponse.Success>(answer).Sentence);
        _ = removes ? there.Remove(other) : there.Add(other);
    }

    private static string Name(int other) => $"other-{other}";
}
