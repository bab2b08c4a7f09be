using System.Globalization;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>What mcrgen printed at its end: <c>received=… lost=…</c> or <c>sent=…</c>, by name.</summary>
internal sealed class Summary(string line)
{
    private readonly Dictionary<string, string> _fields = line.Split(' ').Select(f => f.Split('=', 2)).Where(f => f.Length == 2).ToDictionary(f => f[0], f => f[1]);

    public string Line => line;

    public string this[string name] => _fields.TryGetValue(name, out string? value) ? value : throw new KeyNotFoundException($"no {name} in: {line}");

    /// <summary>Of a receiver: what waited longest. After a time in which nothing came, that is the first which did.</summary>
    public double LongestMilliseconds => double.Parse(this["max_us"], CultureInfo.InvariantCulture) / 1000;

    public long Number(string name) => long.Parse(this[name], CultureInfo.InvariantCulture);
}

/// <summary>A verifying receiver, joined and listening from construction on.</summary>
internal sealed class StreamReceiver : IDisposable
{
    private readonly RunningProcess _process;

    /// <param name="count">null: it receives until it is told to end, however long nothing comes.</param>
    public StreamReceiver(NetworkNamespace place, string device, string group, int port, long? count, params string[] more)
    {
        _process = new RunningProcess(place, Executables.Mcrgen,
            ["receive", "--interface", device, "--group", group, "--port", $"{port}", .. count is null ? (string[])["--timeout", "0"] : ["--count", $"{count}"], .. more]);
        _process.WaitForLine("ready");
    }

    public RunningProcess Process => _process;

    public Summary Result(int seconds = 120)
    {
        _process.WaitForExit(seconds);
        return new Summary(_process.Output.Split('\n').Last(l => l.StartsWith("received=", StringComparison.Ordinal)));
    }

    public void Dispose() => _process.Dispose();
}

internal static class StreamSender
{
    /// <summary>Sends to the end and returns what was sent.</summary>
    public static Summary Send(NetworkNamespace place, string device, string group, int port, long count, params string[] more)
    {
        using RunningProcess process = Start(place, device, group, port, count, more);
        return Result(process);
    }

    /// <param name="count">null: it sends until it is told to end.</param>
    public static RunningProcess Start(NetworkNamespace place, string device, string group, int port, long? count, params string[] more) =>
        new(place, Executables.Mcrgen, ["--interface", device, "--group", group, "--port", $"{port}", .. count is null ? (string[])[] : ["--count", $"{count}"], "--quiet", .. more]);

    public static Summary Result(RunningProcess process)
    {
        int code = process.WaitForExit(180);
        Assert.True(code == 0, process.Output);
        return new Summary(process.Output.Split('\n').Last(l => l.StartsWith("sent=", StringComparison.Ordinal)));
    }
}
