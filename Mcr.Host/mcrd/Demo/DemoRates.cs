using System.Globalization;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>One line a second: what the relay says it does, and what the receivers see.</summary>
internal sealed class DemoRates(DemoOptions options, TextWriter output)
{
    private readonly KeyValues?[] _receivers = new KeyValues?[DemoTopology.Streams.Length];
    private readonly Lock _lock = new();
    private int _seconds;

    /// <summary>The relay's own totals, of its FINAL lines.</summary>
    public KeyValues Final { get; private set; } = new("");

    /// <summary>Until mcrd ends.</summary>
    public async Task FollowRelayAsync(DemoProcess mcrd, CancellationToken cancellation)
    {
        string ingress = "";
        await foreach (string line in mcrd.Lines.ReadAllAsync(cancellation))
        {
            if (line.Contains("[STATS:Ingress]", StringComparison.Ordinal))
                ingress = line;
            else if (line.Contains("[STATS:Egress]", StringComparison.Ordinal))
                Print(ingress, line);
            else if (line.Contains("FINAL]", StringComparison.Ordinal))
                Keep(line);
            else if (line.Contains(" WARN ", StringComparison.Ordinal) || line.Contains(" ERROR ", StringComparison.Ordinal))
                output.WriteLine("  " + line);
        }
    }

    /// <returns>The receiver's summary.</returns>
    public async Task<string> FollowReceiverAsync(DemoProcess receiver, int stream, CancellationToken cancellation) =>
        await receiver.WaitForLineAsync(line =>
        {
            if (line.StartsWith("rate ", StringComparison.Ordinal))
            {
                lock (_lock)
                    _receivers[stream] = new KeyValues(line);
            }

            return line.StartsWith("received=", StringComparison.Ordinal);
        }, cancellation);

    private void Keep(string line)
    {
        output.WriteLine("  " + line);
        if (line.Contains("[STATS:Ingress FINAL]", StringComparison.Ordinal))
            Final = new KeyValues(line);
    }

    private void Print(string ingress, string egress)
    {
        lock (_lock)
        {
            long total = new KeyValues(ingress).Number("recv");
            if (total == 0 || total >= options.Count && _seconds > 0 && Pps(ingress) == 0)
                return; // not begun, or over
            string seen = string.Join("   ", DemoTopology.Streams.Select((s, i) => string.Create(CultureInfo.InvariantCulture,
                $"{s.Group}:{s.Port} {_receivers[i]?.Number("pps") ?? 0,7:N0}/s lost {_receivers[i]?.Number("lost") ?? 0}")));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{++_seconds,4} s   relay in {Pps(ingress),7:N0}/s out {Pps(egress),7:N0}/s   received {seen}"));
        }
    }

    /// <summary><c>… (5000 pps) …</c></summary>
    private static long Pps(string line)
    {
        int end = line.IndexOf(" pps)", StringComparison.Ordinal);
        int start = end < 0 ? -1 : line.LastIndexOf('(', end);
        return start >= 0 && long.TryParse(line.AsSpan(start + 1, end - start - 1), CultureInfo.InvariantCulture, out long pps) ? pps : 0;
    }
}
