namespace Mcr.Actors.Messages;

/// <summary>Rates of a rule, an output, a worker or an interface; samples are taken once a second.</summary>
/// <param name="LastSeen">When the sample was taken that had more datagrams than the one before; null: mcrd has seen none.</param>
public sealed record TrafficView(TrafficRate OneSecond, TrafficRate TenSeconds, DateTimeOffset? LastSeen)
{
    public static readonly TrafficView None = new(default, default, null);
}

/// <param name="Packets">Datagrams a second that were taken in; of an output: sent.</param>
/// <param name="Bits">Of payload: what a rule matched, or what was sent.</param>
/// <param name="Sent">Datagrams a second, over all outputs.</param>
/// <param name="Drops">Datagrams a second that did not go where they should.</param>
public readonly record struct TrafficRate(double Packets, double Bits, double Sent, double Drops);
