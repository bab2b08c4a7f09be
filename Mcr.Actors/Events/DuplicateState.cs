using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>
/// Which duplicates have been told: a route of the kernel is an alarm of each rule that it duplicates, a socket of another program an event, since it hurts nobody.
/// Immutable and pure.
/// </summary>
internal sealed record DuplicateState
{
    public static readonly DuplicateState Empty = new();

    private DuplicateState()
    {
    }

    /// <summary>The alarms that are raised.</summary>
    public ImmutableDictionary<RuleId, ActiveAlarm> Alarms { get; private init; } = ImmutableDictionary<RuleId, ActiveAlarm>.Empty;

    private ImmutableDictionary<RuleId, ForwardingRule> Rules { get; init; } = ImmutableDictionary<RuleId, ForwardingRule>.Empty;

    /// <summary>Every socket that was asked about and is still there; ours are not told.</summary>
    private ImmutableDictionary<ulong, (Listener Listener, SocketHolder Holder)> Sockets { get; init; } = ImmutableDictionary<ulong, (Listener, SocketHolder)>.Empty;

    /// <summary>Ids of rules and inodes that the last look has not seen, for the first time.</summary>
    private ImmutableHashSet<object> Missing { get; init; } = [];

    public bool IsEmpty => Alarms.IsEmpty && Sockets.IsEmpty;

    /// <summary>The sockets whose holders are not known yet.</summary>
    public IReadOnlySet<ulong> Unknown(Duplicates found) => found.Listeners.Keys.Where(inode => !Sockets.ContainsKey(inode)).ToHashSet();

    /// <param name="looked">The rules that <paramref name="found"/> is about: of others nothing is known.</param>
    /// <param name="holders">Of those that were <see cref="Unknown"/>; one that is not there any more is looked at again.</param>
    public (DuplicateState Next, ImmutableArray<RelayEvent> News) Take(Duplicates found, IReadOnlySet<RuleId> looked, IReadOnlyDictionary<ulong, SocketHolder> holders, DateTimeOffset now)
    {
        var news = ImmutableArray.CreateBuilder<RelayEvent>();
        var alarms = Alarms.ToBuilder();
        var rules = Rules.ToBuilder();
        var missing = ImmutableHashSet.CreateBuilder<object>();
        foreach ((RuleId id, ActiveAlarm alarm) in Alarms)
        {
            if (found.Routes.ContainsKey(id) || IsMissedFirst(id, looked.Contains(id), missing))
                continue;
            alarms.Remove(id);
            news.Add(Cleared(rules[id], alarm, looked.Contains(id) ? "" : ": the rule is not relayed, or does not ask for it"));
            rules.Remove(id);
        }

        foreach ((RuleId id, (ForwardingRule rule, ImmutableArray<string> outputs)) in found.Routes)
        {
            string sentence = $"a multicast route of this host's kernel forwards {string.Join(" or ", rule.Inputs.Where(i => i.IsMulticast).Select(i => $"{i.Range.GroupText} from {i.Interface}"))} to {string.Join(" and ", outputs)} as well, so that everything is there twice (see: ip mroute)";
            rules[id] = rule;
            if (alarms.TryGetValue(id, out ActiveAlarm? raised))
            {
                alarms[id] = raised with { Sentence = sentence };
                continue;
            }

            alarms.Add(id, new ActiveAlarm(AlarmKind.Duplicate, now, sentence));
            news.Add(new AlarmNews(EventKind.AlarmRaised, AlarmKind.Duplicate, sentence).Of(rule));
        }

        var sockets = Sockets.ToBuilder();
        foreach ((ulong inode, (Listener listener, SocketHolder holder)) in Sockets)
        {
            bool isLookedAt = looked.Contains(listener.Rule.Id);
            if (found.Listeners.ContainsKey(inode) || IsMissedFirst(inode, isLookedAt, missing))
                continue;
            sockets.Remove(inode);
            if (!holder.IsOurs && isLookedAt) // else it may be there all the same
                news.Add(Event(listener, holder, "gone", $"{Name(listener, holder)} does not listen beside the relay any more"));
        }

        foreach ((ulong inode, Listener listener) in found.Listeners)
        {
            if (!holders.TryGetValue(inode, out SocketHolder? holder))
                continue;
            sockets.Add(inode, (listener, holder));
            string others = listener.Others == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {listener.Others:N0} more");
            if (!holder.IsOurs)
                news.Add(Event(listener, holder, "listens", $"{Name(listener, holder)} may take in the datagrams of {Sentences.Label(listener.Rule)}{others} as well; if it sends them on, they are there twice"));
        }

        return (new DuplicateState { Alarms = alarms.ToImmutable(), Rules = rules.ToImmutable(), Sockets = sockets.ToImmutable(), Missing = missing.ToImmutable() }, news.ToImmutable());
    }

    /// <summary>Nobody looks any more.</summary>
    public ImmutableArray<RelayEvent> Drop() => [.. Alarms.Select(alarm => Cleared(Rules[alarm.Key], alarm.Value, ": nobody looks any more"))];

    /// <summary>The kernel's lists are read in pieces, and what is in them may be passed over when others go meanwhile: it is gone when two looks in a row have not seen it.</summary>
    private bool IsMissedFirst(object what, bool isLookedAt, ImmutableHashSet<object>.Builder missing) => isLookedAt && !Missing.Contains(what) && missing.Add(what);

    private static RelayEvent Cleared(ForwardingRule rule, ActiveAlarm alarm, string why) => new AlarmNews(EventKind.AlarmCleared, AlarmKind.Duplicate, $"no alarm any more ({alarm.Sentence}){why}").Of(rule);

    private static string Name(Listener listener, SocketHolder holder)
    {
        string place = new IPEndPoint(listener.Socket.Address, listener.Socket.Port).ToString();
        return holder.Owner is { } owner
            ? $"{owner.Program} (pid {owner.Pid}, uid {listener.Socket.Uid}), bound to {place} on this host,"
            : $"a program of uid {listener.Socket.Uid}, whose socket {listener.Socket.Inode} is bound to {place} on this host,";
    }

    private static RelayEvent Event(Listener listener, SocketHolder holder, string state, string sentence)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>();
        values["state"] = state;
        values["address"] = listener.Socket.Address.ToString();
        values["port"] = listener.Socket.Port.ToString(CultureInfo.InvariantCulture);
        values["uid"] = listener.Socket.Uid.ToString(CultureInfo.InvariantCulture);
        values["inode"] = listener.Socket.Inode.ToString(CultureInfo.InvariantCulture);
        values["rules"] = (listener.Others + 1).ToString(CultureInfo.InvariantCulture);
        if (holder.Owner is { } owner)
        {
            values["pid"] = owner.Pid.ToString(CultureInfo.InvariantCulture);
            values["program"] = owner.Program;
        }

        RelayEvent event_ = new(EventSeverity.Info, EventKind.LocalListener, sentence) { Values = values.ToImmutable() };
        return listener.Others == 0 ? event_ with { Rule = listener.Rule.Id, RuleName = listener.Rule.Name } : event_;
    }
}
