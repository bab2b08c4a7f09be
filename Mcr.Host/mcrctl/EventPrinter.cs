using System.Globalization;
using System.Text;
using System.Text.Json;
using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Host.Mcrctl;

/// <summary>Events as they come: an object of JSON each, as mcrd has written it, or a line for people.</summary>
internal sealed class EventPrinter(ControlRequest.Events request, bool json) : IPages
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private bool _hasPrinted;

    public Page? Print(byte[] answer, ControlResponse response)
    {
        if (response is not ControlResponse.Events { Entry: { } events })
            return null;
        if (events.Missed > 0)
            WriteLine(json ? string.Create(CultureInfo.InvariantCulture, $"{{\"missed\":{events.Missed}}}") : string.Create(CultureInfo.InvariantCulture, $"({events.Missed:N0} events are not kept any more)"));
        if (json)
        {
            using var document = JsonDocument.Parse(answer);
            foreach (JsonElement each in document.RootElement.GetProperty("Events").GetProperty("events").EnumerateArray())
                WriteLine(each.GetRawText());
        }
        else
        {
            foreach (EventEntry each in events.List)
                WriteLine(Line(each));
        }

        _hasPrinted |= events.List.Count > 0;
        return new Page(request with { From = events.Next }, events.More, IsLast: false);
    }

    public int Finish()
    {
        if (!_hasPrinted && !json)
            WriteLine("nothing has happened");
        return ExitCodes.Done;
    }

    public void Dispose() => _output.Dispose();

    private static string Line(EventEntry e) => TextWidth.Printable(string.Create(
        CultureInfo.InvariantCulture,
        $"{e.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff}  {(e.Severity == "info" ? "" : e.Severity),-7}  {e.Kind,-14}  {e.Message}"));

    private void WriteLine(string line) => _output.Write(Encoding.UTF8.GetBytes(line + '\n'));
}
