using Mcr.Actors.Messages;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Events;

/// <summary>What a change of the machine's devices is to an operator. Pure.</summary>
internal static class LinkStories
{
    /// <param name="used">Devices that rules use.</param>
    public static IEnumerable<RelayEvent> Of(IEnumerable<string> used, LinkTable before, LinkTable after)
    {
        foreach (string name in used)
        {
            string now = Condition(name, after);
            if (Condition(name, before) != now)
                yield return new RelayEvent(now == Running ? EventSeverity.Info : EventSeverity.Warning, EventKind.Link, $"interface {name} {now}") { Interface = name };
        }
    }

    private const string Running = "is up";

    private static string Condition(string name, LinkTable links) => links.TryGet(name, out Link? link) switch
    {
        false => "does not exist",
        true when !link!.IsUp => "is down",
        true when !link!.IsRunning => "has no carrier",
        _ => Running,
    };
}
