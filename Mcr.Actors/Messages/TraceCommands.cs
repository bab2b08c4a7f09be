using System.Collections.Immutable;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Actors.Messages;

/// <summary>What is to be recorded of a rule.</summary>
/// <param name="First">At most so many datagrams; 0: until the time is over.</param>
/// <param name="Every">One in so many.</param>
/// <param name="Snap">Bytes of payload that are kept of each.</param>
public sealed record TraceWish(int First, int Every, int Snap, TimeSpan For);

/// <summary>To the supervisor, which passes them on to the interface of the rule.</summary>
public static class TraceCommands
{
    /// <summary>Answered by one <see cref="CommandResult"/>, once the workers record, or after some seconds.</summary>
    public sealed record Enable(RuleSelector Rule, TraceWish Wish);

    /// <inheritdoc cref="Enable"/>
    public sealed record Disable(RuleSelector Rule);

    /// <summary>Answered by <see cref="TraceReport"/>, or by <see cref="CommandResult.Rejected"/> where there is no such rule or it was never traced.</summary>
    public sealed record Get(RuleSelector Rule, TraceCursor Cursor);
}

/// <summary>A rule by its id or its name: exactly one is given.</summary>
public sealed record RuleSelector(RuleId? Id, string? Name)
{
    public override string ToString() => Id is { } id ? $"rule {id}" : $"rule '{Name}'";
}

/// <summary>What of a trace has been read.</summary>
/// <param name="Session">Of which one; null: whichever there is.</param>
/// <param name="Next">The record to go on with, for each worker; missing ones are 0.</param>
public sealed record TraceCursor(uint? Session, ImmutableArray<long> Next)
{
    /// <summary>Of another trace than the one that was being read, the first.</summary>
    public long In(uint session, int worker) => Session is { } read && read != session ? 0 : Next.ElementAtOrDefault(worker);
}

/// <summary>What has been recorded of a rule since the last time.</summary>
/// <param name="Session">Another number for each time that a trace begins.</param>
/// <param name="IsActive">More may come.</param>
/// <param name="Seen">Datagrams of the rule since the trace began.</param>
/// <param name="Recorded">Of those.</param>
/// <param name="Missed">Records that were overwritten before this could read them.</param>
/// <param name="Next">For the next <see cref="TraceCommands.Get"/>.</param>
/// <param name="Datagrams">In the order of their arrival.</param>
public sealed record TraceReport(ForwardingRule Rule, uint Session, bool IsActive, DateTimeOffset Until, long Seen, long Recorded, long Missed, ImmutableArray<long> Next, ImmutableArray<TracedDatagram> Datagrams)
{
    /// <summary>There is more to be had at once.</summary>
    public bool HasMore { get; init; }
}
