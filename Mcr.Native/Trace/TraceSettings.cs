namespace Mcr.Native.Trace;

/// <summary>Which datagrams of a rule are traced, and where.</summary>
/// <param name="Ring">0 to <see cref="TraceLayout.Rings"/> − 1; no other rule of the worker has it.</param>
/// <param name="Session">Tells this trace from earlier ones in the ring; not 0.</param>
/// <param name="Every">One datagram in so many; 1: each.</param>
/// <param name="Limit">At most so many, then no more; 0: until <paramref name="Until"/>, the oldest give way.</param>
/// <param name="Snap">Bytes of payload that are kept of each, at most <see cref="TraceLayout.MaxSnap"/>.</param>
/// <param name="Until">Nanoseconds since 1970: no more from then on, whoever forgets to end it.</param>
public sealed record TraceSettings(int Ring, uint Session, int Every, int Limit, int Snap, long Until)
{
    public const int MostEvery = 1_000_000_000;

    internal bool IsValid =>
        Ring is >= 0 and < TraceLayout.Rings && Session != 0 && Every is >= 1 and <= MostEvery && Limit >= 0 && (Limit == 0 || Limit <= TraceLayout.Records) && Snap is >= 0 and <= TraceLayout.MaxSnap && Until > 0;
}
