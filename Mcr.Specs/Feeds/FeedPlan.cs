using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>Two paths from one sender: what each loses, holds up, doubles and reorders. Times in nanoseconds.</summary>
internal sealed record FeedPlan(int Skew, int Datagrams, long Interval, int Streams, ulong Start, FeedPath[] Paths)
{
    public static FeedPlan Random(Random random, int skew, int streams)
    {
        long whole = skew * MergeProbe.Millisecond;
        long interval = random.Next(4) == 0 ? whole / random.Next(1, 4) : random.Next(20_000, 2_000_000);
        int datagrams = random.Next(20, 400);
        if (streams > 1) // nobody begins anew again before the others have followed
            (interval, datagrams) = (Math.Max(interval, whole / 50), Math.Max(datagrams, (int)(6 * whole / Math.Max(interval, whole / 50))));
        return new FeedPlan(skew, datagrams, interval, streams, random.Next(2) == 0 ? ulong.MaxValue - (ulong)random.Next(300) : (ulong)random.NextInt64(), [Path(), Path()]);

        FeedPath Path() => new(random.NextDouble() * (random.Next(3) == 0 ? 0.6 : 0.1), random.NextInt64(whole / 2), random.NextInt64(random.Next(3) == 0 ? whole / 2 : 1 + (interval / 2)), random.Next(3) == 0 ? 0.05 : 0, random.Next(3) == 0 ? random.Next(2, 200) : 0);
    }

    /// <returns>What was taken, with the time of the turn in which it was.</returns>
    public List<Numbered> Play(MergeProbe probe, SelectKey key, Random random)
    {
        long began = probe.Now;
        var events = new List<Numbered>();
        for (int stream = 0; stream < Streams; stream++)
        {
            for (int i = 0; i < Datagrams; i++)
            {
                long sent = began + (((stream * (long)Datagrams) + i) * Interval);
                for (int p = 0; p < 2; p++)
                {
                    if (Paths[p].Loses(random, i))
                        continue;
                    events.Add(new Numbered(i, stream, p, sent + Paths[p].Delay + random.NextInt64(Paths[p].Jitter + 1)));
                    if (random.NextDouble() < Paths[p].Doubles)
                        events.Add(events[^1] with { At = events[^1].At + random.NextInt64(Interval) });
                }
            }
        }

        events.Sort((a, b) => a.At.CompareTo(b.At));
        var taken = new List<Numbered>();
        long turn = random.Next(3) == 0 ? 1 : random.NextInt64(1, 2 * MergeProbe.Millisecond); // how long the loop takes over each
        for (int at = 0; at < events.Count;)
        {
            if (probe.NextDeadline < events[at].At)
                probe.RunUntil(events[at].At - 1);
            probe.Now = Math.Max(probe.Now, events[at].At + random.NextInt64(turn));
            int end = at;
            while (end < events.Count && events[end].At <= probe.Now)
                end++;
            foreach (Numbered e in events[at..end].OrderBy(e => e.Input))
            {
                taken.Add(e with { At = probe.Now });
                _ = probe.Take(e.Input, e, MergePayload.Of(key, Start + (ulong)e.Stream * 12_345_678, e.Index, e.Stream));
            }

            if (probe.NextDeadline <= probe.Now)
                probe.Expire();
            at = end;
        }

        probe.RunUntil(probe.Now + (10 * Skew * MergeProbe.Millisecond) + (4 * Interval));
        return taken;
    }
}

/// <param name="Loss">Share of datagrams.</param>
/// <param name="Delay">Of each.</param>
/// <param name="Jitter">More than that, at most.</param>
/// <param name="Doubles">Share.</param>
/// <param name="Cut">Of so many datagrams every other run of them is lost as a whole; 0: none.</param>
internal sealed record FeedPath(double Loss, long Delay, long Jitter, double Doubles, int Cut)
{
    public bool Loses(Random random, int index) => random.NextDouble() < Loss || (Cut > 0 && index / Cut % 2 == 1);
}
