using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// Traced datagrams as they come: to a capture, as an object of JSON for each answer that has some, or as lines for people. A trace that begins anew meanwhile is told from its
/// beginning.
/// </summary>
/// <param name="follow">Until the trace has ended: also what is recorded after we began.</param>
/// <param name="pcap">A file to be written, which is not touched before there is an answer; null for none.</param>
internal sealed class TracePrinter(ControlRequest.TraceGet request, bool follow, string? pcap, bool json) : IPages
{
    private const string Columns = "TIME             LATENCY        NUMBER  SIZE  TTL  FROM -> TO, AND WHAT BECAME OF IT";

    private readonly Stream _output = Console.OpenStandardOutput();
    private PcapFile? _capture;
    private bool _hasColumns;
    private TraceEntry? _last;
    private long _recorded; // when we began: without following, a stream that is faster than we are must not keep us
    private long _records;
    private long _missed;

    public Page? Print(byte[] answer, ControlResponse response)
    {
        if (response is not ControlResponse.Trace { Entry: { } trace })
            return null;
        bool isFirst = _last is null;
        if (trace.Session != _last?.Session)
        {
            if (!isFirst && IsForPeople)
                Console.WriteLine("the trace has begun anew:");
            (_recorded, _records, _missed) = (trace.Recorded, 0, 0);
        }

        _last = trace;
        _records += trace.Records.Count;
        _missed += trace.Missed;
        Write(answer, trace, isFirst);
        bool isBehind = trace.Next.Aggregate(0L, (sum, next) => unchecked(sum + next)) < _recorded;
        return new Page(request with { From = trace.Next, Session = trace.Session }, trace.More && (follow || isBehind), IsLast: !trace.Active);
    }

    public int Finish()
    {
        if (json && pcap is null)
            return ExitCodes.Done;
        TraceEntry last = _last!;
        string state = last.Active ? $"goes on until {last.Until.ToLocalTime():HH:mm:ss}" : "has ended";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_records:N0} of {last.Seen:N0} datagrams were recorded{(_missed > 0 ? $" that are still there ({_missed:N0} more were overwritten)" : "")}; the trace {state}{(pcap is null ? "" : "; written as a capture")}"));
        return ExitCodes.Done;
    }

    public void Dispose()
    {
        _capture?.Dispose();
        _output.Dispose();
    }

    private bool IsForPeople => pcap is null && !json;

    private void Write(byte[] answer, TraceEntry trace, bool isFirst)
    {
        if (pcap is not null)
        {
            _capture ??= PcapFile.Create(pcap);
            foreach (TraceRecordEntry record in trace.Records)
                _capture.Add(record);
            _capture.Flush();
        }
        else if (!json)
        {
            foreach (TraceRecordEntry record in trace.Records)
                PrintLine(record);
        }
        else if (trace.Records.Count > 0 || isFirst) // one object at least, so that there is one to be read
        {
            _output.Write([.. answer, (byte)'\n']);
        }
    }

    private void PrintLine(TraceRecordEntry record)
    {
        if (!_hasColumns)
            Console.WriteLine(Columns);
        _hasColumns = true;
        string latency = record.LatencyUs is { } us ? string.Create(CultureInfo.InvariantCulture, $"{us:N1} us") : "-";
        string fate = record.Drop is { } why ? $"dropped: {why}" : string.Join(", ", record.Outputs.Select(o => $"{o.To} {o.Result}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{record.Time.ToLocalTime():HH:mm:ss.ffffff} {latency,12} {record.Number,10} {record.Size,5} {record.Ttl,4}  {Place(record.Source, record.SourcePort)} -> {Place(record.Destination, record.DestinationPort)}: {fate}"));
    }

    private static string Place(string address, int port) =>
        address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
}
