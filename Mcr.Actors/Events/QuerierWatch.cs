using System.Collections.Immutable;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Ingress;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>The queriers of one interface, from what its port hears; looked at with each sample. Owned by the interface's actor.</summary>
/// <param name="defaults">Complete.</param>
internal sealed class QuerierWatch(IInterfacePort port, AlarmSettings defaults, TimeProvider time)
{
    /// <summary>IPv4, IPv6: null until a rule has joined a group of it.</summary>
    private readonly QuerierState?[] _states = new QuerierState?[2];

    private ImmutableDictionary<RuleId, ForwardingRule>? _rules;
    private (bool IsJoined, bool IsWanted)[] _needs = new (bool, bool)[2];

    /// <summary>Why nothing is heard; null while it is.</summary>
    public string? Refusal { get; private set; }

    public ImmutableArray<QuerierView> Views => [.. _states.OfType<QuerierState>().Select(s => s.View)];

    /// <param name="rules">That are relayed here.</param>
    /// <param name="link">As it is now; null: unknown.</param>
    public ImmutableArray<RelayEvent> Sample(ImmutableDictionary<RuleId, ForwardingRule> rules, Link? link)
    {
        if (!ReferenceEquals(rules, _rules))
            (_rules, _needs) = (rules, [Needs(rules.Values, isIPv6: false), Needs(rules.Values, isIPv6: true)]);
        if (port.Link.Kind != LinkKind.Ethernet || (!_needs.Any(n => n.IsJoined) && _states.All(s => s is null)))
            return []; // tunnels and lo have no switch
        Refusal = port.ListenForQueries();
        string? obstacle = Refusal ?? (link is { IsRunning: true } ? null : "it has no carrier");
        IReadOnlyList<MembershipQuery> queries = port.TakeQueries();
        (TimeSpan at, DateTimeOffset now) = (time.GetElapsedTime(0), time.GetUtcNow());
        var news = ImmutableArray.CreateBuilder<RelayEvent>();
        for (int i = 0; i < _states.Length; i++)
        {
            bool isIPv6 = i == 1;
            if (!_needs[i].IsJoined && _states[i] is null)
                continue;
            _states[i] ??= new QuerierState(port.Link.Name, isIPv6, at, now);
            (_states[i], ImmutableArray<RelayEvent> told) = _states[i]!.Take(at, now, _needs[i].IsWanted, obstacle, queries.LastOrDefault(q => q.IsIPv6 == isIPv6));
            news.AddRange(told);
        }

        return news.ToImmutable();
    }

    /// <summary>The interface is closed.</summary>
    public ImmutableArray<RelayEvent> DropAll() => [.. _states.OfType<QuerierState>().SelectMany(s => s.Drop())];

    private (bool IsJoined, bool IsWanted) Needs(IEnumerable<ForwardingRule> rules, bool isIPv6)
    {
        bool isJoined = false;
        foreach (ForwardingRule rule in rules)
        {
            if (Addresses.IsIPv6(rule.Input.Group) != isIPv6 || !IsJoined(rule))
                continue;
            isJoined = true;
            if (rule.Alarms.Over(defaults).Querier == true)
                return (true, true);
        }

        return (isJoined, false);
    }

    /// <summary>Whether a switch has to remember it: what goes to 224.0.0.0/24 it sends everywhere (RFC 4541).</summary>
    private static bool IsJoined(ForwardingRule rule) =>
        rule.Input.IsMulticast && rule.Join.Kind is JoinKind.All or JoinKind.Listed && !LocalControl.Contains(rule.Input.Group);

    private static readonly GroupRange LocalControl = new(new System.Net.IPAddress([224, 0, 0, 0]), 24, 1, 1);
}
