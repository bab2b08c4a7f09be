namespace Mcr.Specs.Bench;

/// <summary>
/// Peers side by side and interleaved: in each round, in each situation, one after another; the order changes from round to round, so that
/// nobody always runs after the same neighbour. One that fails is told of and does not end the run.
/// </summary>
internal sealed class ForwardingRate(BenchPlan plan, Lab lab, Action<string> say, CancellationToken stop)
{
    /// <summary>Of the rate that a peer carries without loss, when it cannot bear the situation's load.</summary>
    private const double Sustained = 0.8;

    /// <summary>Of the busy time: <see cref="Flow.Foreign"/>.</summary>
    private const double MostForeign = 0.15;

    private const int MaxFailures = 2;
    private const int WarmUp = 20_000;

    private readonly Dictionary<string, int> _failures = [];

    public Results Results { get; } = new();

    public Results Run()
    {
        IReadOnlyList<Peer> peers = Installed();
        for (int round = 0; round < plan.Rounds; round++)
        {
            foreach (Traffic traffic in plan.Traffics.Where(t => t.IsKey || round < plan.OtherRounds))
            {
                say($"round {round + 1} of {plan.Rounds}: {traffic.Name}");
                using var topology = new BenchTopology(traffic);
                foreach (Peer peer in Rotated(peers.Where(p => Takes(p, traffic)), round))
                    Try(peer, traffic.Name, () => MeasureRate(topology, peer));
            }

            say($"round {round + 1} of {plan.Rounds}: latency");
            using var quiet = new BenchTopology(Traffic.Base with { Sending = Sending.Plain });
            foreach (Peer peer in Rotated(peers.Where(p => p.Name != BenchPlan.McrdGro), round))
                Try(peer, "latency", () => MeasureLatency(quiet, peer));
        }

        return Results;
    }

    private static bool Takes(Peer peer, Traffic traffic) =>
        !peer.IsLatencyOnly && (!peer.IsExtra || (traffic.IsKey && !traffic.Gro)) && (traffic.Fanout == 1 || peer.CanFan);

    private static IEnumerable<Peer> Rotated(IEnumerable<Peer> peers, int round)
    {
        Peer[] all = [.. peers];
        return all.Skip(round % Math.Max(1, all.Length)).Concat(all.Take(round % Math.Max(1, all.Length)));
    }

    private Peer[] Installed()
    {
        foreach (Peer missing in plan.Peers.Where(p => !Programs.Exists(p.Needs)))
            Remark($"{missing.Name} is not measured: {missing.Needs} is not on the PATH");
        return [.. plan.Peers.Where(p => Programs.Exists(p.Needs))];
    }

    private void MeasureRate(BenchTopology topology, Peer peer)
    {
        Traffic traffic = topology.Traffic;
        RateSearch found;
        Flow load;
        long count;
        double asked;
        using (RunningPeer running = Start(topology, peer))
        {
            Flow.Send(topology, lab, running, traffic.Load / 10, WarmUp);
            found = Search(topology, running);
            asked = Math.Round(found.Carried >= traffic.Load ? traffic.Load : found.Carried * Sustained);
            if (asked < 1)
                throw new BenchException($"it carries no rate without loss; at last {found.LastTried}");
            count = (long)(asked * plan.LoadSeconds * (traffic.Sending == Sending.Merged ? 1.5 : 1));
            load = Flow.SendQuietly(topology, lab, running, asked, count);
        }

        topology.ResetInput();
        Flow alone = Flow.SendQuietly(topology, lab, null, asked, count);
        Results.Add(traffic.Name, peer.Name, Measure.Rate, found.Carried);
        Results.Add(traffic.Name, peer.Name, Measure.SenderLimit, found.IsSenderLimit ? 1 : 0);
        Results.Add(traffic.Name, peer.Name, Measure.Load, load.Achieved);
        Results.Add(traffic.Name, peer.Name, Measure.Lost, load.Lost);
        if (alone.Foreign > MostForeign)
            Results.Remark($"{traffic.Name}: other programs had more than {MostForeign:P0} of the machine's busy time while the sender ran alone; distrust the machine's figures");
        if (load.RelayNanoseconds > 0)
            Results.Add(traffic.Name, peer.Name, Measure.Relay, (double)load.RelayNanoseconds / Math.Max(1, load.Arrived));
        Results.Add(traffic.Name, peer.Name, Measure.Machine, (double)(load.BusyNanoseconds - alone.BusyNanoseconds) / Math.Max(1, load.Arrived));
        say($"  {peer.Name}: {found.Carried:N0}/s without loss; at {load.Achieved:N0}/s {(double)load.RelayNanoseconds / Math.Max(1, load.Arrived):F0} ns a datagram, {load.Lost} lost; machine {load.BusyNanoseconds / count:N0} - {alone.BusyNanoseconds / count:N0} ns, sender {load.SenderNanoseconds / count:N0} and {alone.SenderNanoseconds / count:N0} ns");
    }

    private RateSearch Search(BenchTopology topology, RunningPeer peer)
    {
        var search = new RateSearch();
        while (!search.IsDone)
        {
            Flow flow = Carry(topology, peer, search.Next);
            search.Record(flow.Achieved, Math.Min(1, (double)flow.Arrived / flow.Expected), flow.IsCarried);
        }

        return search;
    }

    /// <summary>A loss of less than a hundredth may be somebody else's doing: then it is tried again, once.</summary>
    private Flow Carry(BenchTopology topology, RunningPeer peer, double rate)
    {
        stop.ThrowIfCancellationRequested();
        long count = (long)((rate == 0 ? topology.Traffic.Load * 2 : rate) * plan.SearchSeconds);
        Flow flow = Flow.Send(topology, lab, peer, rate, count);
        return flow.IsCarried || Math.Abs(flow.Lost) > flow.Expected / 100 ? flow : Flow.Send(topology, lab, peer, rate, count);
    }

    private void MeasureLatency(BenchTopology topology, Peer peer)
    {
        using RunningPeer running = Start(topology, peer);
        foreach (int rate in plan.LatencyRates.Where(r => !peer.IsLatencyOnly || r <= 10_000))
        {
            stop.ThrowIfCancellationRequested();
            Latency latency = Latency.Of(topology, lab, running, rate, Math.Max(plan.LatencySeconds * Math.Min(1, 20_000.0 / rate), 0.5));
            string traffic = Latency.Name(rate);
            if (latency.Received == 0)
            {
                Remark($"{peer.Name}, {traffic}: nothing arrived");
                continue;
            }

            if (latency.Received < latency.Sent)
                Remark($"{peer.Name}, {traffic}: {latency.Sent - latency.Received} of {latency.Sent} lost in one round");
            Results.Add(traffic, peer.Name, Measure.P50, latency.P50);
            Results.Add(traffic, peer.Name, Measure.P99, latency.P99);
            Results.Add(traffic, peer.Name, Measure.P999, latency.P999);
            Results.Add(traffic, peer.Name, Measure.Max, latency.Max);
            say($"  {peer.Name}, {traffic}: p50 {latency.P50:F0} µs, p99 {latency.P99:F0} µs");
        }
    }

    private RunningPeer Start(BenchTopology topology, Peer peer)
    {
        topology.ResetInput();
        RunningPeer running = peer.Start(topology, lab);
        try
        {
            Flow.WaitUntilRelayed(topology, lab, running);
            return running;
        }
        catch
        {
            running.Dispose();
            throw;
        }
    }

    private void Try(Peer peer, string where, Action measure)
    {
        stop.ThrowIfCancellationRequested();
        if (_failures.GetValueOrDefault(peer.Name) >= MaxFailures)
            return;
        try
        {
            measure();
            _failures[peer.Name] = 0;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failures[peer.Name] = _failures.GetValueOrDefault(peer.Name) + 1;
            Remark($"{peer.Name}, {where}: {FirstLines(e.Message)}");
            if (_failures[peer.Name] == MaxFailures)
                Remark($"{peer.Name} failed {MaxFailures} times running and is left out from then on");
        }
    }

    /// <summary>Without places of this machine: remarks are kept with the report.</summary>
    private static string FirstLines(string text) =>
        string.Join(" ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3)).Replace(Executables.RepositoryRoot, "", StringComparison.Ordinal).Replace(Path.GetTempPath(), "", StringComparison.Ordinal);

    private void Remark(string sentence)
    {
        Results.Remark(sentence);
        say("  " + sentence);
    }
}
