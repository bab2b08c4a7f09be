using Mcr.Actors.Configuration;
using Mcr.Actors.Console;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>What <c>--remote</c> says: <c>akka.ssl.tcp://mcr@HOST:PORT</c>, or <c>akka.tcp://…</c> for plain text. Pure.</summary>
internal sealed record RemoteAddress(HostPort Place, bool IsPlain)
{
    private const string Secure = "akka.ssl.tcp://";
    private const string Plain = "akka.tcp://";
    private const string Example = $"write {Secure}{ConsoleProtocol.SystemName}@HOST:PORT, as mcrd's log has it when it starts";

    /// <returns>The address, or a sentence that says why it is none.</returns>
    public static (RemoteAddress? Address, string? Problem) Parse(string text)
    {
        bool isPlain = text.StartsWith(Plain, StringComparison.Ordinal);
        if (!isPlain && !text.StartsWith(Secure, StringComparison.Ordinal))
            return (null, $"--remote '{text}' is no address of a console's port; {Example}");
        string rest = text[(isPlain ? Plain : Secure).Length..].TrimEnd('/');
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && rest[..at] != ConsoleProtocol.SystemName)
            return (null, $"--remote '{text}' names the ActorSystem '{rest[..at]}', and consoles talk to '{ConsoleProtocol.SystemName}', whatever the cluster is called; {Example}");
        return at >= 0 && HostPort.Parse(rest[(at + 1)..]) is { Port: > 0 } place
            ? (new RemoteAddress(place, isPlain), null)
            : (null, $"--remote '{text}' has no host and port; {Example}");
    }
}
