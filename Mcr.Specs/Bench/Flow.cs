using System.Diagnostics;

namespace Mcr.Specs.Bench;

/// <summary>One stretch of datagrams through the relay.</summary>
/// <param name="Achieved">Datagrams a second, as the sender reports.</param>
/// <param name="Expected">At the destination: sent × fan-out.</param>
/// <param name="LateMilliseconds">How long after the sender's end the last one arrived.</param>
/// <param name="RelayNanoseconds">CPU of the relaying processes.</param>
/// <param name="BusyNanoseconds">Busy time of the machine.</param>
/// <param name="SenderNanoseconds">CPU of the sender, and of what the kernel does in its calls.</param>
internal sealed record Flow(double Achieved, long Expected, long Arrived, double LateMilliseconds, long RelayNanoseconds, long BusyNanoseconds, long SenderNanoseconds)
{
    /// <summary>A relay that still empties its buffers this long after the end was slower than the sender.</summary>
    private const double MostLateMilliseconds = 30;

    private const int MostSeconds = 60;

    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(200);

    /// <summary>Long: what is left in a slow relay's buffers would be counted to the next stretch.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(10);

    /// <summary>Time that neither sender nor relay can have spent, as a part of the busy time: other programs', and the kernel's beside them.</summary>
    public double Foreign => (double)(BusyNanoseconds - RelayNanoseconds - SenderNanoseconds) / BusyNanoseconds;

    /// <summary>Below 0 when more arrived than were sent: something of an earlier stretch came late.</summary>
    public long Lost => Expected - Arrived;

    public bool IsCarried => Lost == 0 && LateMilliseconds < MostLateMilliseconds;

    /// <summary>As <see cref="Send"/>, once the machine has finished with what was before.</summary>
    public static Flow SendQuietly(BenchTopology topology, Lab lab, RunningPeer? peer, double rate, long count)
    {
        Machine.WaitUntilIdle();
        return Send(topology, lab, peer, rate, count);
    }

    /// <param name="rate">0: as fast as it goes.</param>
    /// <param name="peer">Null: nobody relays, nobody has joined; for what sending alone costs.</param>
    public static Flow Send(BenchTopology topology, Lab lab, RunningPeer? peer, double rate, long count, CancellationToken stop = default)
    {
        Traffic traffic = topology.Traffic;
        long before = topology.Arrived();
        CpuMeter meter = CpuMeter.Start(peer?.Pids ?? []);
        Summary sent;
        using (RunningProcess sender = Sender(topology, lab, count, rate))
        {
            using CancellationTokenRegistration cancelled = stop.Register(sender.Dispose);
            int code = sender.WaitForExit(MostSeconds + (rate > 0 ? (int)(2 * count / rate) : 0));
            if (code != 0)
                throw new BenchException($"the sender ended with {code}: {sender.Output}");
            sent = new Summary(sender.Output.Split('\n').Last(l => l.StartsWith("gen sent=", StringComparison.Ordinal)));
        }

        long expected = peer is null ? 0 : sent.Number("sent") * traffic.Fanout;
        (long arrived, TimeSpan late) = Settle(topology, before, expected);
        (long relay, long busy) = meter.Read();
        return new Flow(sent.Number("pps"), expected, arrived, late.TotalMilliseconds, relay, busy, sent.Number("cpu_us") * 1000);
    }

    /// <summary>Until the first datagram comes through: then the peer relays, however it says so; and until a worker has compiled what it may need later, on a thread whose time would be missing once it is gone.</summary>
    public static void WaitUntilRelayed(BenchTopology topology, Lab lab, RunningPeer peer)
    {
        long before = topology.Arrived();
        long began = Stopwatch.GetTimestamp();
        while (topology.Arrived() - before < topology.Traffic.Fanout)
        {
            if (peer.Ended() is { } sentence)
                throw new BenchException(sentence);
            if (Stopwatch.GetElapsedTime(began) > ReadyPatience)
                throw new BenchException($"nothing was relayed within {ReadyPatience.TotalSeconds} s");
            using RunningProcess sender = Sender(topology, lab, 1, 0);
            sender.WaitForExit();
            Settle(topology, topology.Arrived(), 1);
        }

        if (!SpinWait.SpinUntil(() => !Machine.HasThread(peer.Pids, "rehearsal"), ReadyPatience))
            throw new BenchException($"a worker still compiles after {ReadyPatience.TotalSeconds} s");
    }

    private static RunningProcess Sender(BenchTopology topology, Lab lab, long count, double rate) =>
        new(topology.Source, "taskset",
        [
            "-c", $"{BenchPlan.SenderCpu}", lab.Sender, BenchTopology.Group, $"{BenchTopology.Port}", $"{topology.Traffic.Size}", $"{count}",
            rate.ToString("F0", System.Globalization.CultureInfo.InvariantCulture), $"{topology.Traffic.Segments}",
            .. topology.Traffic.IsRtp ? (string[])["rtp"] : [],
        ]);

    /// <summary>Until all have arrived, or no more do.</summary>
    private static (long Arrived, TimeSpan Late) Settle(BenchTopology topology, long before, long expected)
    {
        long began = Stopwatch.GetTimestamp();
        long last = began;
        long arrived = topology.Arrived() - before;
        while (arrived < expected && Stopwatch.GetElapsedTime(last) < Settled && Stopwatch.GetElapsedTime(began) < Patience)
        {
            Thread.Sleep(1);
            long now = topology.Arrived() - before;
            if (now != arrived)
                last = Stopwatch.GetTimestamp();
            arrived = now;
        }

        return (arrived, Stopwatch.GetElapsedTime(began, last));
    }
}
