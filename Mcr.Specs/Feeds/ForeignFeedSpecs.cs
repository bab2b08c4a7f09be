using System.Text.RegularExpressions;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Feeds;

/// <summary>A picture that a program of others sends over two lossy paths, and another one receives.</summary>
[Collection(SerialPackets.Name)]
public sealed class ForeignFeedSpecs(ITestOutputHelper output) : IDisposable
{
    private const int PacketsBytes = 7 * 188; // of a datagram

    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-feeds-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Picture_of_two_lossy_paths_should_decode_without_an_error_although_that_of_neither_does()
    {
        foreach (string program in (string[])["ffmpeg", "multicat", "ingests"])
            NamespaceSupport.RequireProgram(program);
        ImpairedPath[] paths = [new("src0", FeedTopology.OwnOf(0), "239.1.1.1", 5000), new("src1", FeedTopology.OwnOf(1), "239.1.1.2", 5001)];
        using var topology = new FeedTopology();
        topology.Destination.Ip("route add 224.0.0.0/4 dev dst0");
        string rule = $"{{ name = video, select = merge, inputs = [ {string.Join(", ", paths.Select((p, i) => $"{{ interface = in{i}, group = \"{p.Group}\", port = {p.Port} }}"))} ], outputs = [ {{ interface = out0, group = \"239.2.2.2\", port = 6000 }} ] }}";
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, rule);
        using var forwarder = new LossyForwarder(topology.Source, paths);
        string sent = FileOf("sent");
        Run(null, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=4:size=320x240:rate=25", "-f", "lavfi", "-i", "sine=duration=4", "-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "mp2", "-f", "mpegts", sent);
        Run(null, "ingests", "-p", "256", sent);
        using RunningProcess merged = Receiver(topology.Destination, "239.2.2.2:6000", "020202EF", FileOf("merged"));
        using RunningProcess first = Receiver(topology.Relay, "239.1.1.1:5000/ifaddr=10.1.0.2", null, FileOf("first"));
        using RunningProcess second = Receiver(topology.Relay, "239.1.1.2:5001/ifaddr=10.4.0.2", null, FileOf("second"));
        Run(topology.Source, "multicat", "-t", "4", sent, $"127.0.0.1:{LossyForwarder.Port}");
        AwaitLength("merged", () => forwarder.Taken, merged);
        AwaitLength("first", () => forwarder.Carried(0), first);
        AwaitLength("second", () => forwarder.Carried(1), second);
        byte[] original = File.ReadAllBytes(sent);
        byte[] copy = File.ReadAllBytes(FileOf("merged"));
        int same = original.AsSpan().CommonPrefixLength(copy);
        Assert.True(same > 0 && copy.Length - same < PacketsBytes && original.Length - same < PacketsBytes, $"{original.Length} bytes were sent, {copy.Length} received, {same} the same"); // it fills the last datagram up
        Assert.Equal("", Errors("merged"));
        Assert.NotEqual("", Errors("first"));
        Assert.NotEqual("", Errors("second"));
    }

    private string FileOf(string name) => Path.Combine(_directory, name + ".ts");

    /// <summary>What ffmpeg complains about.</summary>
    private string Errors(string name)
    {
        using var decoder = new RunningProcess(null, "ffmpeg", ["-nostdin", "-v", "error", "-i", FileOf(name), "-f", "null", "-"]);
        string errors = decoder.End().Error;
        output.WriteLine($"{name}: {new FileInfo(FileOf(name)).Length / PacketsBytes} datagrams, {errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length} errors");
        return errors;
    }

    private void AwaitLength(string name, Func<long> datagrams, RunningProcess receiver)
    {
        McrdWaits.Until(() => new FileInfo(FileOf(name)).Length == datagrams() * PacketsBytes, () => $"{datagrams()} datagrams in {name}: {new FileInfo(FileOf(name)).Length} bytes\n{receiver.Output}");
        receiver.Terminate();
        receiver.WaitForExit();
    }

    /// <summary>Ready when it has joined the group, or, where others have as well, when its socket is there.</summary>
    private static RunningProcess Receiver(NetworkNamespace place, string from, string? group, string file)
    {
        var receiver = new RunningProcess(place, "multicat", [$"@{from}", file]);
        string port = Regex.Match(from, ":([0-9]+)").Groups[1].Value;
        string wanted = $":{int.Parse(port, System.Globalization.CultureInfo.InvariantCulture):X4} ";
        McrdWaits.Until(
            () => receiver.HasExited || (Proc(place, "udp").Contains(wanted, StringComparison.Ordinal) && (group is null || Proc(place, "igmp").Contains(group, StringComparison.Ordinal))),
            () => $"multicat to listen: {receiver.Output}");
        return receiver;
    }

    private static string Proc(NetworkNamespace place, string file) => place.Run(() => File.ReadAllText($"/proc/thread-self/net/{file}"));

    private static void Run(NetworkNamespace? place, string program, params string[] arguments)
    {
        using var process = new RunningProcess(place, program, arguments);
        Assert.True(process.WaitForExit(60) == 0, process.Output);
    }
}
