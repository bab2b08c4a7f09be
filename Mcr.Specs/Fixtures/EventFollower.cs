using System.Text.Json;
using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary><c>mcrctl events --follow</c> of a real mcrd, as a program reads it: an event a line.</summary>
internal sealed class EventFollower : IDisposable
{
    private readonly RunningProcess _process;

    /// <summary>Reads all that there has been, and waits until there is something.</summary>
    public EventFollower(McrdProcess mcrd)
    {
        _process = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, "events", "--last", "1000", "--follow"]);
        _process.WaitForLine("\"kind\":");
    }

    /// <summary>The first of that alarm, of a rule, or of no rule (null).</summary>
    public JsonElement Await(string kind, string? rule, string alarm) => Await(kind, e => Text(e, "rule_name") == rule && Value(e, "alarm") == alarm);

    /// <summary>The first that is so.</summary>
    public JsonElement Await(string kind, Func<JsonElement, bool> isSo)
    {
        JsonElement found = default;
        McrdWaits.Until(
            () => (found = Events().FirstOrDefault(e => Text(e, "kind") == kind && isSo(e))).ValueKind != JsonValueKind.Undefined,
            () => $"{kind} in {_process.Output}");
        return found;
    }

    public IEnumerable<JsonElement> Events() => _process.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement);

    public static string? Value(JsonElement event_, string name) => event_.TryGetProperty("values", out JsonElement values) ? Text(values, name) : null;

    /// <returns>Its exit code.</returns>
    public int Interrupt()
    {
        _process.Signal(Libc.SIGINT);
        return _process.WaitForExit();
    }

    public void Dispose() => _process.Dispose();

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
