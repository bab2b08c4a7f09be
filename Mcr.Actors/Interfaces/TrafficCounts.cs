namespace Mcr.Actors.Interfaces;

/// <summary>What rates are made of: totals of a rule, an output, a worker or an interface at one moment.</summary>
/// <param name="Datagrams">Taken in; of an output: sent.</param>
/// <param name="Bytes">Of a rule, payload of what it matched; otherwise, payload sent.</param>
/// <param name="Sent">Datagrams, over all outputs.</param>
/// <param name="Drops">Datagrams (and frames) that did not go where they should.</param>
internal readonly record struct TrafficCounts(long Datagrams, long Bytes, long Sent, long Drops)
{
    public static TrafficCounts operator -(TrafficCounts a, TrafficCounts b) => new(a.Datagrams - b.Datagrams, a.Bytes - b.Bytes, a.Sent - b.Sent, a.Drops - b.Drops);
}
