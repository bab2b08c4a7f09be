using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Control;
using Mcr.Native.Legs;

namespace Mcr.Actors.Legs;

/// <summary>What this node says of its legs to the others, and what both ends say to an operator.</summary>
internal sealed partial record LegsState
{
    /// <summary>A report has to be small.</summary>
    private const int MostReported = 200;

    /// <summary>While something is sent, something should come in so long a time, with what it takes until both have said so.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    /// <summary>The end of a leg is set up within this time, after its node has said that it is not there.</summary>
    internal static readonly TimeSpan SetUp = TimeSpan.FromSeconds(3);

    /// <summary>Legs that begin here and were agreed upon, and whose ends their nodes say are not there: since when, why, and whether that is more than a moment.</summary>
    private ImmutableDictionary<LegName, (TimeSpan Since, string Why, bool IsLasting)> Gone { get; init; } = ImmutableDictionary<LegName, (TimeSpan, string, bool)>.Empty;

    /// <summary>By leg, what its beginning has sent and its end received when it was looked last, and when that has changed. Each end's own count, and this node's time: two hosts' clocks are not compared.</summary>
    private ImmutableDictionary<LegName, Movement> Moved { get; init; } = ImmutableDictionary<LegName, Movement>.Empty;

    public bool HasLegs => !Halves.IsEmpty || !Lacking.IsEmpty || Beginnings().Any();

    public ImmutableArray<LegReport> Report() => [.. Ended().Concat(Begun()).Take(MostReported)]; // a beginning has to know where its end is

    /// <summary>Each leg once, with what is known of both ends.</summary>
    /// <param name="clock">This node's.</param>
    public ImmutableArray<LegEntry> Entries(ClockReport clock, TimeSpan now) =>
    [
        .. Begun().Select(mine => Entry(mine, mine, Report(mine.To, mine.Name), clock, Reports.GetValueOrDefault(mine.To)?.Clock, now)),
        .. Ended().Select(mine => Entry(mine, Report(mine.From, mine.Name), mine, Reports.GetValueOrDefault(mine.From)?.Clock, clock, now)),
    ];

    /// <summary>To be asked again and again: what has been sent and received since, and which ends are not there any more.</summary>
    public LegsState Watch(TimeSpan now)
    {
        var moved = ImmutableDictionary.CreateBuilder<LegName, Movement>();
        foreach ((LegReport? begin, LegReport? end) in Begun().Select(mine => ((LegReport?)mine, Report(mine.To, mine.Name))).Concat(Ended().Select(mine => (Report(mine.From, mine.Name), (LegReport?)mine))))
        {
            LegName name = (begin ?? end)!.Name;
            if (!Moved.TryGetValue(name, out Movement before))
                before = new Movement(new Progress(begin?.Sent ?? 0, now), new Progress(end?.Received ?? 0, now), now);
            Progress sent = before.Sent.To(begin?.Sent ?? before.Sent.Count, now);
            bool hasBegun = sent != before.Sent && now - before.Sent.At >= Silence;
            moved[name] = new Movement(sent, before.Received.To(end?.Received ?? before.Received.Count, now), hasBegun ? now : before.Since);
        }

        return this with { Moved = moved.ToImmutable(), Gone = EndsGone(now) };
    }

    private ImmutableDictionary<LegName, (TimeSpan Since, string Why, bool IsLasting)> EndsGone(TimeSpan now)
    {
        var gone = ImmutableDictionary.CreateBuilder<LegName, (TimeSpan, string, bool)>();
        foreach (LegName name in Agreed.Keys)
        {
            bool was = Gone.TryGetValue(name, out (TimeSpan Since, string Why, bool IsLasting) before);
            TimeSpan since = was ? before.Since : now;
            if (!Reachable.Contains(name.To))
            {
                if (was)
                    gone[name] = before; // nobody can say otherwise
            }
            else if (Report(name.To, name)?.Problem is { } why)
            {
                gone[name] = (since, why, now - since >= SetUp);
            }
        }

        return gone.ToImmutable();
    }

    private IEnumerable<LegReport> Begun() => Beginnings().Select(b => LegReport.Of(b.Name) with
    {
        Problem = b.Beginning.Target is not null ? null : Reachable.Contains(b.Name.To) ? Refusals.GetValueOrDefault(b.Name) ?? $"node {b.Name.To} has not said yet where it goes" : $"node {b.Name.To} cannot be reached by the cluster",
        Address = b.Beginning.Target?.Address.ToString(),
        Port = b.Beginning.Target?.Port ?? 0,
        Mtu = b.Beginning.Target?.Mtu ?? 0,
        Sent = b.Beginning.Counts.Sent,
        Fragmented = b.Beginning.Counts.Fragmented,
        Last = b.Beginning.Counts.Last,
    });

    private IEnumerable<LegReport> Ended() => Halves.Select(h => End(h.Name) is not { IsReady: true } end
        ? LegReport.Of(h.Name) with { Problem = WhyNotReady(h.Name) }
        : LegReport.Of(h.Name) with
        {
            Address = end.Address.ToString(),
            Port = end.Port,
            Id = Hex(end.Leg.Id),
            Key = end.Leg.Keys[0].Number,
            Received = end.Counts.Received,
            Lost = end.Counts.Lost,
            Reordered = end.Counts.Reordered,
            Refused = end.Counts.Refused,
            DelayLeast = end.Counts.Delay?.Least,
            DelayMean = end.Counts.Delay?.Mean,
            DelayMost = end.Counts.Delay?.Most,
            Last = end.Counts.Last,
        }).Concat(Lacking.Select(l => LegReport.Of(l.Key) with { Problem = l.Value }));

    private LegEntry Entry(LegReport of, LegReport? begin, LegReport? end, ClockReport? sender, ClockReport? receiver, TimeSpan now)
    {
        (LegLatencyEntry? latency, string? clocks) = LatencyOf(of, end, sender, receiver);
        (string state, string? why) = StateOf(of, begin, end, now);
        return new LegEntry(of.Rule, of.From, of.To, of.Output, state)
        {
            Why = why,
            Address = of is { Address: { } address, Port: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{of.Port}") : null,
            Sent = begin?.Sent,
            Fragmented = begin is { Fragmented: > 0 } ? begin.Fragmented : null,
            MaxPayload = begin is { Mtu: > 0, Address: { } to } ? LegMtu.MaxPayload(begin.Mtu, to.Contains(':', StringComparison.Ordinal)) : null,
            Received = end?.Received,
            Lost = end?.Lost,
            Reordered = end?.Reordered,
            Refused = end?.Refused,
            Latency = latency,
            Clocks = clocks,
            Last = end?.Last,
        };
    }

    private (string State, string? Why) StateOf(LegReport of, LegReport? begin, LegReport? end, TimeSpan now)
    {
        if ((begin?.Problem ?? end?.Problem) is { } problem)
            return ("waiting", problem);
        bool isKnown = Moved.TryGetValue(of.Name, out Movement moved);
        (string other, LegReport? theirs, Progress mine) = of.From == Node ? (of.To, end, moved.Sent) : (of.From, begin, moved.Received);
        if (theirs is null || !Reachable.Contains(other))
        {
            string why = theirs is null ? $"node {other} says nothing of it" : $"node {other} cannot be reached by the cluster";
            return isKnown && now - mine.At < Silence ? ("up", why) : ("idle", why);
        }

        if (begin?.Last is null)
            return ("idle", "nothing has been sent over it yet");
        if (isKnown && now - moved.Sent.At >= Silence)
            return ("idle", "nothing is sent over it now");
        return isKnown && now - moved.Received.At >= Silence && now - moved.Since >= Silence
            ? ("silent", $"node {of.From} sends, and nothing of it comes to {end!.Address}:{end.Port} of node {of.To}: is there a way, and does a firewall let UDP to that port pass?")
            : ("up", null);
    }

    /// <summary>Only where it is known how far the two clocks may be apart.</summary>
    private static (LegLatencyEntry? Latency, string? Clocks) LatencyOf(LegReport of, LegReport? end, ClockReport? sender, ClockReport? receiver)
    {
        if (end is not { DelayLeast: { } least, DelayMean: { } mean, DelayMost: { } most })
            return (null, null);
        if (sender is null || receiver is null)
            return (null, $"the latency is not known: node {(sender is null ? of.From : of.To)} has not said anything of its clock");
        if (sender.Host.Length > 0 && sender.Host == receiver.Host)
            return (new LegLatencyEntry(least, mean, most, 0), "both nodes have the same clock");
        if (!sender.Synchronised || !receiver.Synchronised)
            return (null, $"the latency is not known: the clock of node {(sender.Synchronised ? of.To : of.From)} is not synchronised (adjtimex), so that the two may be apart by anything; run NTP or PTP there");
        return (new LegLatencyEntry(least, mean, most, sender.ErrorMicroseconds + receiver.ErrorMicroseconds),
            string.Create(CultureInfo.InvariantCulture, $"both clocks are synchronised, to {sender.ErrorMicroseconds / 1000.0:0.0} ms ({of.From}) and {receiver.ErrorMicroseconds / 1000.0:0.0} ms ({of.To}) at worst"));
    }

    /// <param name="Since">Something has been sent again and again since.</param>
    internal readonly record struct Movement(Progress Sent, Progress Received, TimeSpan Since);

    /// <summary>A count, and when it has changed last.</summary>
    internal readonly record struct Progress(long Count, TimeSpan At)
    {
        public Progress To(long count, TimeSpan now) => count == Count ? this : new Progress(count, now);
    }
}
