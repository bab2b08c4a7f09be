using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>Traced datagrams as they come: to a capture, as JSON lines, or as lines for people.</summary>
/// <param name="pcap">A file to be written, which is not touched before there is an answer; null for none.</param>
internal sealed class TracePrinter(string? pcap, bool json) : IDisposable
{
    private const string Columns = "TIME             LATENCY        NUMBER  SIZE  TTL  FROM -> TO, AND WHAT BECAME OF IT";

    private readonly Stream _output = Console.OpenStandardOutput();
    private PcapFile? _capture;
    private bool _hasColumns;
    private bool _hasAnswered; // one object at least, so that there is one to be read
    private long _records;
    private long _missed;

    /// <param name="answer">As it came: what is printed as JSON.</param>
    public void Print(byte[] answer, ControlResponse.Trace response)
    {
        _records += response.Entry.Records.Count;
        _missed += response.Entry.Missed;
        if (pcap is not null)
        {
            _capture ??= PcapFile.Create(pcap);
            foreach (TraceRecordEntry record in response.Entry.Records)
                _capture.Add(record);
            _capture.Flush();
        }
        else if (json)
        {
            if (response.Entry.Records.Count > 0 || !_hasAnswered)
                _output.Write([.. answer, (byte)'\n']);
            _hasAnswered = true;
        }
        else
        {
            foreach (TraceRecordEntry record in response.Entry.Records)
                PrintLine(record);
        }
    }

    public int Finish(TraceEntry last)
    {
        if (json && pcap is null)
            return ExitCodes.Done;
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
