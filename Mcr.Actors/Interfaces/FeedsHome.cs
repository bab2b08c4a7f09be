using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// What is special about the interface that is none: the home of rules with several inputs (<see cref="ForwardingRule.FeedsHome"/>), any of whose devices may go. It is always
/// there and up, hears nothing by itself (each device has a feed socket instead, <see cref="FeedResolution"/>), and has one worker, since a merge has to see all inputs. Pure.
/// </summary>
internal static class FeedsHome
{
    /// <summary>In place of a device. No switch is asked for anything by it: its kind has none.</summary>
    public static readonly Link Link = new(0, ForwardingRule.FeedsHome, LinkKind.Bare, IsUp: true, IsRunning: true, CanMulticast: false, 1500, []);

    public static bool Is(string name) => name == ForwardingRule.FeedsHome;

    public static bool Is(Link link) => link.Index == Link.Index && Is(link.Name);

    /// <summary>The device with that name, or what is in its place; null: there is no such device now.</summary>
    public static Link? Find(string name, LinkTable links) => Is(name) ? Link : links.TryGet(name, out Link? link) ? link : null;

    /// <summary>The devices by which frames come to it.</summary>
    public static IEnumerable<string> Inputs(string name, IEnumerable<ForwardingRule> rules) => Is(name) ? rules.SelectMany(r => r.Inputs).Where(i => i.From is null).Select(i => i.Interface).Distinct() : [name];

    /// <summary>As configured, but for what only devices have.</summary>
    public static InterfaceOptions Settings(string name, InterfaceOptions options) => Is(name) ? options with { Workers = 1, Gro = GroMode.Leave, Ingress = IngressMode.Mmsg } : options;

    /// <summary>To whoever wants it to have so many workers.</summary>
    public static CommandResult Answer(int workers) => workers == 1
        ? new CommandResult.Ok($"{Link.Name} is served by 1 worker")
        : new CommandResult.Rejected("count", $"{Link.Name}, where rules with several inputs are at home, always has 1 worker: it has to see all inputs of a rule; take other rules in on their own interface, which may have more");
}
