using System.Globalization;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Native.Egress;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Actors.Control;

/// <summary>Between traces as mcrd's actors know them and what goes over the control socket. Pure.</summary>
public static class TraceViews
{
    public const int DefaultFirst = 100;
    public const int DefaultSnap = 128;

    private static readonly TimeSpan DefaultTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxTime = TimeSpan.FromHours(1);

    /// <returns>null: <paramref name="problems"/> says why.</returns>
    public static TraceWish? Wish(ControlRequest.TraceEnable request, List<ProblemEntry> problems)
    {
        int every = Number("every", request.Every, 1, TraceSettings.MostEvery, 1, problems);
        int first = Number("first", request.First, 0, TraceLayout.Records, request.Every is null ? DefaultFirst : 0, problems);
        int snap = Number("snap", request.Snap, 0, TraceLayout.MaxSnap, DefaultSnap, problems);
        TimeSpan time = request.For is { } text ? Units.ParseDuration(text) ?? TimeSpan.Zero : DefaultTime;
        if (time <= TimeSpan.Zero || time > MaxTime)
            problems.Add(new ProblemEntry("for", $"'{request.For}' is not a time to trace for; give one from 1ms to 1h, such as 60s"));
        return problems.Count > 0 ? null : new TraceWish(first, every, snap, time);
    }

    /// <returns>null: not exactly one of them is given.</returns>
    public static RuleSelector? Selector(string? id, string? name) => (id, name) switch
    {
        ({ } given, null) => new RuleSelector(new RuleId(given), null),
        (null, { } given) => new RuleSelector(null, given),
        _ => null,
    };

    public static ControlResponse Report(TraceReport report)
    {
        string[] outputs = [.. report.Rule.Outputs.Select(o => o.Rule is { } rule ? $"{rule}{(o.Node is null ? "" : $"@{o.Node}")}" : $"{o.Range}:{o.Interface}{(o.Node is null ? "" : $"?node={o.Node}")}")];
        return new ControlResponse.Trace(new TraceEntry(
            report.Rule.Id.ToString(),
            report.Rule.Name,
            report.Session,
            report.IsActive,
            report.Until,
            report.Seen,
            report.Recorded,
            report.Missed,
            report.Next,
            report.HasMore,
            [.. report.Datagrams.Select(d => Record(d, outputs))]));
    }

    private static TraceRecordEntry Record(TracedDatagram datagram, string[] outputs) => new(
        datagram.Arrival ?? datagram.Sent,
        datagram.LatencyNanoseconds / 1000.0,
        datagram.Number,
        datagram.Source.Address.ToString(),
        datagram.Source.Port,
        datagram.Destination.Address.ToString(),
        datagram.Destination.Port,
        datagram.Length,
        datagram.Ttl,
        datagram.Tos,
        datagram.Drop == DropReason.None ? null : ReasonNames.Drops.ElementAtOrDefault((int)datagram.Drop) ?? "unknown",
        [.. datagram.Outcomes.Select((outcome, i) => new TraceOutputEntry(i < outputs.Length ? outputs[i] : $"output {i}", Outcome(outcome)))],
        [.. datagram.Payload]);

    private static string Outcome(byte outcome) => outcome switch
    {
        OutcomeMarks.Sent => "sent",
        OutcomeMarks.Paced => "paced",
        >= OutcomeMarks.FirstError when outcome - OutcomeMarks.FirstError < ReasonNames.Errors.Length => ReasonNames.Errors[outcome - OutcomeMarks.FirstError],
        _ => "unknown",
    };

    private static int Number(string field, string? text, int least, int most, int otherwise, List<ProblemEntry> problems)
    {
        if (text is null)
            return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
            return number;
        problems.Add(new ProblemEntry(field, $"'{text}' cannot be; give a number from {least} to {most}"));
        return otherwise;
    }
}
