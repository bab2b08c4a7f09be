using System.Diagnostics;
using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Specs.Relay;

/// <summary>
/// Ten thousand rules on one interface: how long until they are relayed, and how long one more takes, while a stream of another rule loses
/// nothing. What is asserted of times leaves room for a machine that does other work as well (the shortest change is held to 5 ms, the median to
/// 20 ms); what was measured is printed.
/// </summary>
[Collection(SerialPackets.Name)]
public sealed class ScaleSpecs(ITestOutputHelper output)
{
    private const int Rules = 10_000;
    private const int Changes = 100;
    private const int Rate = 20_000;

    [Theory]
    [InlineData(20)]
    [InlineData(Rules)]
    public void Rules_should_be_added_and_removed_among_ten_thousand_without_losing_a_datagram(int groups)
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, string.Join('\n', Enumerable.Range(0, Rules).Select(i => Rule(i, groups))));
        string[] log = mcrd.Process.Output.Split('\n');
        string ready = log.Single(l => l.Contains("mcrd is ready", StringComparison.Ordinal));
        Assert.Contains($"{Rules} rules: {Rules} active", ready, StringComparison.Ordinal);
        TimeSpan loading = TimeOf(ready) - TimeOf(log.First(l => l.Contains(" starts as ", StringComparison.Ordinal)));
        output.WriteLine(ready);
        output.WriteLine($"files read to all applied: {loading.TotalMilliseconds:0} ms");
        Assert.InRange(loading.TotalSeconds, 0, 10);

        using var receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.0.0", 6000, null);
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.0.0", 5000, null, "--rate", $"{Rate}");
        mcrd.AwaitRelayed(Rate); // the stream flows
        var added = new List<double>();
        var removed = new List<double>();
        using var client = ControlClient.Connect(mcrd.ControlSocket, TimeSpan.FromSeconds(10));
        for (int i = 0; i < Changes; i++)
        {
            added.Add(Milliseconds(client, new ControlRequest.Add
            {
                Name = "extra",
                InputInterface = "in0",
                InputGroup = "239.9.9.9",
                InputPort = "5000",
                Outputs = [new OutputText { Group = "239.9.9.8", Port = "6000", Interface = "out0" }],
            }));
            removed.Add(Milliseconds(client, new ControlRequest.Remove { Name = "extra" }));
        }

        output.WriteLine(Describe("add", added));
        output.WriteLine(Describe("remove", removed));
        sender.Terminate();
        long sent = StreamSender.Result(sender).Number("sent");
        mcrd.AwaitQuiet();
        receiver.Process.Terminate();
        Summary received = receiver.Result();
        output.WriteLine(received.Line);
        string[] final = [.. mcrd.Stop().Output.Split('\n').Where(l => l.Contains("FINAL", StringComparison.Ordinal))];
        output.WriteLine(string.Join('\n', final));
        Assert.Equal((sent, 0, 0, 0), (received.Number("received"), received.Number("lost"), received.Number("reordered"), received.Number("duplicated")));
        Assert.InRange(added.Min(), 0, 5);
        Assert.InRange(removed.Min(), 0, 5);
        Assert.InRange(Median(added), 0, 20);
        Assert.InRange(Median(removed), 0, 20);

        // A collection stops the loop's thread: what a change costs in the worker's memory must not depend on how many rules there are.
        Assert.InRange(new Summary(final.Last(l => l.Contains("Worker FINAL", StringComparison.Ordinal))).Number("gc"), 0, 2);
    }

    private static string Rule(int i, int groups) =>
        $$"""{ input { interface = in0, group = "239.1.{{i % groups / 256}}.{{i % groups % 256}}", port = {{5000 + (i / groups)}} }, outputs = [ { interface = out0, group = "239.2.{{i / 256}}.{{i % 256}}", port = 6000 } ] }""";

    private static double Milliseconds(ControlClient client, ControlRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        ControlResponse answer = client.Ask(request);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Assert.Matches("is (active|removed)$", Assert.IsType<ControlResponse.Success>(answer).Sentence);
        return elapsed;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static string Describe(string what, List<double> times) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}: first {times[0]:F1} ms, median {Median(times):F2} ms, longest after the first {times.Skip(1).Max():F1} ms, shortest {times.Min():F2} ms");

    private static DateTimeOffset TimeOf(string line) => DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
}
