using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Platform;
using Mcr.Native.Kernel;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>
/// What of a host's routes and sockets has to do with rules. A route forwards without translation, so it duplicates an output that has the input's group and port. A
/// rule costs one look into a table of routes and one into a table of sockets. Immutable and pure.
/// </summary>
/// <param name="Routes">Devices that the kernel sends the same datagrams out of, by rule.</param>
/// <param name="Listeners">Sockets that may take in what rules relay, each with one of them and how many more there are.</param>
internal sealed record Duplicates(ImmutableDictionary<RuleId, (ForwardingRule Rule, ImmutableArray<string> Outputs)> Routes, ImmutableDictionary<ulong, Listener> Listeners)
{
    /// <summary>Of the sockets; there are more only where something is wrong with the host.</summary>
    public const int MostListeners = 100;

    public static readonly Duplicates None = new(ImmutableDictionary<RuleId, (ForwardingRule, ImmutableArray<string>)>.Empty, ImmutableDictionary<ulong, Listener>.Empty);

    /// <param name="rules">That are relayed, with a multicast input, and for which it matters.</param>
    public static Duplicates Find(IEnumerable<ForwardingRule> rules, HostTables tables)
    {
        ILookup<(string, IPAddress), MulticastRoute> routes = tables.Routes.ToLookup(r => (r.Input, r.Group));
        BoundSocket[] bound = [.. tables.Sockets.DistinctBy(s => s.Inode)]; // the kernel's list changes while it is read
        ILookup<ushort, BoundSocket> sockets = bound.ToLookup(s => s.Port);
        if (routes.Count == 0 && sockets.Count == 0)
            return None;
        var routed = ImmutableDictionary.CreateBuilder<RuleId, (ForwardingRule, ImmutableArray<string>)>();
        var listeners = ImmutableDictionary.CreateBuilder<ulong, Listener>();
        foreach (ForwardingRule rule in rules)
        {
            string[] outputs = [.. rule.Inputs.Where(i => i.IsMulticast).SelectMany(input => Outputs(rule, input, routes, tables.Routes)).Distinct()];
            if (outputs.Length > 0)
                routed.Add(rule.Id, (rule, [.. outputs.Order(StringComparer.Ordinal)]));
            foreach (BoundSocket socket in rule.Inputs.Where(i => i.IsMulticast).SelectMany(input => Takers(input.Range, bound, sockets)).Distinct())
            {
                if (listeners.TryGetValue(socket.Inode, out Listener? listener))
                    listeners[socket.Inode] = listener with { Others = listener.Others + 1 };
                else if (listeners.Count < MostListeners)
                    listeners.Add(socket.Inode, new Listener(socket, rule, 0));
            }
        }

        return new Duplicates(routed.ToImmutable(), listeners.ToImmutable());
    }

    private static IEnumerable<string> Outputs(ForwardingRule rule, RuleInput input, ILookup<(string, IPAddress), MulticastRoute> routes, IEnumerable<MulticastRoute> all) =>
        (input.Range.IsOneGroup ? routes[(input.Interface, input.Group)] : all.Where(r => r.Input == input.Interface && input.Range.Contains(r.Group))).SelectMany(r => Same(rule, input, r));

    private static IEnumerable<BoundSocket> Takers(GroupRange range, BoundSocket[] all, ILookup<ushort, BoundSocket> sockets) =>
        (range.IsExact ? sockets[range.Port] : all.Where(s => s.Port >= range.Port && s.Port <= range.Last)).Where(s => range.IsOneGroup ? s.Takes(range.Group) : TakesOf(s, range));

    private static IEnumerable<string> Same(ForwardingRule rule, RuleInput input, MulticastRoute route)
    {
        bool isFromSource = input.Source is not { } source || source.Equals(route.Origin) || route.Origin.Equals(IPAddress.Any) || route.Origin.Equals(IPAddress.IPv6Any);
        return isFromSource
            ? rule.LocalOutputs.Where(o => o.Port == input.Port && o.Group.Equals(input.Group) && route.Outputs.Contains(o.Interface)).Select(o => o.Interface)
            : [];
    }

    /// <summary>Bound to a group of it, or to every address.</summary>
    private static bool TakesOf(BoundSocket socket, GroupRange range) => socket.Takes(range.Group) || range.Contains(socket.Address);
}

/// <param name="Rule">One whose datagrams it may take in.</param>
/// <param name="Others">How many rules more.</param>
internal sealed record Listener(BoundSocket Socket, ForwardingRule Rule, int Others);
