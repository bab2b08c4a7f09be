using System.Globalization;
using Mcr.Native.Privileges;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>One demo from its namespaces to its summary. Whatever happens, what it started is stopped and what it made is removed.</summary>
internal sealed class DemoRun(DemoOptions options, TextWriter output)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        string directory = Path.Combine(Path.GetTempPath(), $"mcr-demo-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            using var topology = new DemoTopology();
            return await RunAsync(topology, directory, cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<int> RunAsync(DemoTopology topology, string directory, CancellationToken cancellation)
    {
        output.WriteLine("Three network namespaces, joined by veth pairs:");
        output.WriteLine(DemoTopology.Picture);
        string config = Path.Combine(directory, "mcrd.hocon");
        string hocon = DemoTopology.Configuration(Path.Combine(directory, "control.sock"));
        await File.WriteAllTextAsync(config, hocon, cancellation);
        output.WriteLine();
        output.WriteLine($"mcrd supervisor --config {config}");
        output.Write(hocon);

        await using var mcrd = new DemoProcess(topology.Relay, "mcrd", "supervisor", "--config", config);
        string ready = await mcrd.WaitForLineAsync(line =>
        {
            output.WriteLine("  " + line);
            return line.Contains("mcrd is ready", StringComparison.Ordinal);
        }, cancellation);
        foreach ((int pid, int place) in ChildProcesses.Of(mcrd.Pid).Order().Select((pid, place) => (pid, place)))
        {
            await WorkerProof.WaitFilteredAsync(pid, cancellation);
            output.WriteLine(WorkerProof.Describe(place == 0 ? "worker" : "stands by for a worker that dies", pid) ?? "");
        }

        if (!Capabilities.Read().CanChangeUser)
            output.WriteLine("(the worker's change of user is not shown: this user namespace has no user nobody)");
        output.WriteLine();

        var rates = new DemoRates(options, output);
        Task relayRates = rates.FollowRelayAsync(mcrd, cancellation);
        await using DemoProcess first = Receive(topology, DemoTopology.Streams[0]);
        await using DemoProcess second = Receive(topology, DemoTopology.Streams[1]);
        DemoProcess[] receivers = [first, second];
        foreach (DemoProcess receiver in receivers)
            await receiver.WaitForLineAsync(line => line.StartsWith("ready", StringComparison.Ordinal), cancellation);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mcrgen sends {options.Count:N0} datagrams of {options.Size} bytes, {options.Rate:N0} a second:"));
        await using var sender = new DemoProcess(topology.Source, "mcrgen",
            "--interface", "src0", "--group", DemoTopology.Group, "--port", $"{DemoTopology.Port}", "--rate", $"{options.Rate}", "--count", $"{options.Count}", "--size", $"{options.Size}", "--quiet");
        Task<string>[] summaries = [.. receivers.Select((receiver, i) => rates.FollowReceiverAsync(receiver, i, cancellation))];
        string sent = await sender.WaitForLineAsync(line => line.StartsWith("sent=", StringComparison.Ordinal), cancellation);
        KeyValues[] received = [.. (await Task.WhenAll(summaries)).Select(line => new KeyValues(line))];

        mcrd.Terminate();
        await relayRates;
        int exit = await mcrd.WaitForExitAsync(cancellation);
        return new DemoSummary(new KeyValues(sent), rates.Final, received, exit).Print(output);
    }

    private DemoProcess Receive(DemoTopology topology, DemoStream stream) =>
        new(topology.Destination, "mcrgen", "receive", "--interface", stream.Device, "--group", stream.Group, "--port", $"{stream.Port}", "--count", $"{options.Count}", "--timeout", "3", "--rates");
}
