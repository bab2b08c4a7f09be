namespace Mcr.Actors.Control;

/// <param name="Session">Another number for each time that a trace begins; to be given back with <paramref name="Next"/>.</param>
/// <param name="Active">More may be recorded.</param>
/// <param name="Until">When it ends, or has ended, by itself.</param>
/// <param name="Seen">Datagrams of the rule since the trace began.</param>
/// <param name="Recorded">Of those.</param>
/// <param name="Missed">Records that were overwritten before anybody read them.</param>
/// <param name="Next">To be given back for what comes after these records.</param>
/// <param name="More">There are more records to be had at once.</param>
public sealed record TraceEntry(
    string RuleId,
    string? Name,
    uint Session,
    bool Active,
    DateTimeOffset Until,
    long Seen,
    long Recorded,
    long Missed,
    IReadOnlyList<long> Next,
    bool More,
    IReadOnlyList<TraceRecordEntry> Records);

/// <param name="Time">Of its arrival, or when it was sent where the kernel gave none.</param>
/// <param name="LatencyUs">Microseconds from the kernel's time of arrival until its batch was sent.</param>
/// <param name="Number">Among the rule's datagrams at its worker since the trace began, from 0.</param>
/// <param name="Size">Bytes of payload.</param>
/// <param name="Drop">Why it was not relayed; null when it was.</param>
/// <param name="Outputs">What became of it at each output.</param>
/// <param name="Payload">As much of it as was kept.</param>
public sealed record TraceRecordEntry(
    DateTimeOffset Time,
    double? LatencyUs,
    long Number,
    string Source,
    int SourcePort,
    string Destination,
    int DestinationPort,
    int Size,
    int Ttl,
    int Tos,
    string? Drop,
    IReadOnlyList<TraceOutputEntry> Outputs,
    byte[] Payload);

/// <param name="To">As <c>mcrctl add</c> takes it: <c>239.2.2.2:6000:eth1</c>.</param>
/// <param name="Result"><c>sent</c>, <c>paced</c>, or why not: <c>rate_limit</c>, <c>full</c>, ….</param>
public sealed record TraceOutputEntry(string To, string Result);
