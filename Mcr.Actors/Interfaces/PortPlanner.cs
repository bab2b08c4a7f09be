using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mcr.Actors.Platform;
using Mcr.Native.Rules;

namespace Mcr.Actors.Interfaces;

/// <summary>
/// The port's side of a plan while it grows: sockets and memberships by their users, and counter entries. What nobody uses any more is
/// retired, and taken back when somebody wants it again before it was released.
/// </summary>
internal sealed class PortPlanner(Allocations before, long generation)
{
    private readonly ImmutableDictionary<EgressKey, SocketUse>.Builder _sockets = before.Sockets.ToBuilder();
    private readonly ImmutableDictionary<Membership, int>.Builder _memberships = before.Memberships.ToBuilder();
    private readonly ImmutableDictionary<EgressKey, RetiredSocket>.Builder _retiredSockets = before.Retired.Sockets.ToBuilder();
    private readonly ImmutableDictionary<Membership, long>.Builder _retiredMemberships = before.Retired.Memberships.ToBuilder();
    private readonly ImmutableList<RetiredCounter>.Builder _retiredCounters = before.Retired.Counters.ToBuilder();
    private readonly ImmutableArray<(int Id, EgressKey Key)>.Builder _open = ImmutableArray.CreateBuilder<(int, EgressKey)>();
    private readonly ImmutableArray<int>.Builder _added = ImmutableArray.CreateBuilder<int>();
    private readonly ImmutableArray<Membership>.Builder _join = ImmutableArray.CreateBuilder<Membership>();
    private IdPool _socketIds = before.SocketIds;
    private IdPool _ruleIndexes = before.RuleIndexes;
    private IdPool _outputIndexes = before.OutputIndexes;

    public ImmutableArray<(int Id, EgressKey Key)> Open => _open.ToImmutable();

    /// <summary>Sockets that no rule used before: opened for this plan, or taken back.</summary>
    public ImmutableArray<int> Added => _added.ToImmutable();

    public ImmutableArray<Membership> Join => _join.ToImmutable();

    /// <param name="why">What there is too little of, and how many there are in all.</param>
    public bool HasCounters(bool rule, int outputs, [NotNullWhen(false)] out (string What, int Capacity)? why)
    {
        why = rule && _ruleIndexes.Available == 0 ? ("rules", _ruleIndexes.Capacity)
            : outputs > _outputIndexes.Available ? ("outputs", _outputIndexes.Capacity)
            : null;
        return why is null;
    }

    public int TakeRuleCounter()
    {
        _ruleIndexes = _ruleIndexes.Take(out int index);
        return index;
    }

    public OutputCounter TakeCounter(RuleOutput output)
    {
        _outputIndexes = _outputIndexes.Take(out int index);
        return new OutputCounter(output.Interface, output.Group, output.Port, index) { Node = output.Node, Rule = output.Rule };
    }

    /// <summary>The id of a socket in use.</summary>
    public int IdOf(EgressKey key) => _sockets[key].Id;

    /// <summary>A rule goes from what it used to what it is to use; null on either side for a rule that is new, or gone.</summary>
    public void Move(PlannedRule? from, PlannedRule? to)
    {
        foreach (OutputCounter counter in from?.Outputs ?? [])
        {
            if (to is null || !to.Outputs.Contains(counter))
                _retiredCounters.Add(new RetiredCounter(IsOutput: true, counter.Index, generation));
        }

        if (from?.Counter is { } index && to?.Counter != index)
            _retiredCounters.Add(new RetiredCounter(IsOutput: false, index, generation));
        ImmutableArray<Membership> before = from?.Memberships ?? [];
        ImmutableArray<Membership> after = to?.Memberships ?? [];
        if (before.AsSpan().SequenceEqual(after.AsSpan()))
            return;
        foreach (Membership wanted in after)
            Use(wanted);
        foreach (Membership unwanted in before)
            Release(unwanted);
    }

    /// <summary>A rule's sockets; first those that it is to use, so that one which stays is not given up meanwhile.</summary>
    public void Move(ImmutableArray<EgressKey> from, ImmutableArray<EgressKey> to)
    {
        if (from.AsSpan().SequenceEqual(to.AsSpan()))
            return;
        foreach (EgressKey key in to)
            Use(key);
        foreach (EgressKey key in from)
            Release(key);
    }

    public Allocations Finish(ImmutableDictionary<RuleId, PlannedRule> rules, ulong hash) => before with
    {
        SocketIds = _socketIds,
        RuleIndexes = _ruleIndexes,
        OutputIndexes = _outputIndexes,
        Sockets = _sockets.ToImmutable(),
        Memberships = _memberships.ToImmutable(),
        Rules = rules,
        Hash = hash,
        Retired = new Retired(_retiredSockets.ToImmutable(), _retiredMemberships.ToImmutable(), _retiredCounters.ToImmutable()),
    };

    private void Use(EgressKey key)
    {
        if (_sockets.TryGetValue(key, out SocketUse use))
        {
            _sockets[key] = use with { Users = use.Users + 1 };
            return;
        }

        int id;
        if (_retiredSockets.TryGetValue(key, out RetiredSocket retired))
        {
            _retiredSockets.Remove(key); // still open: it is taken back
            id = retired.Id;
        }
        else
        {
            _socketIds = _socketIds.Take(out id);
            _open.Add((id, key));
        }

        _sockets.Add(key, new SocketUse(id, 1));
        _added.Add(id);
    }

    private void Release(EgressKey key)
    {
        if (!_sockets.TryGetValue(key, out SocketUse use))
            return; // it could not be opened
        if (use.Users > 1)
        {
            _sockets[key] = use with { Users = use.Users - 1 };
            return;
        }

        _sockets.Remove(key);
        _retiredSockets.Add(key, new RetiredSocket(use.Id, generation));
    }

    private void Use(Membership membership)
    {
        if (_memberships.TryGetValue(membership, out int users))
        {
            _memberships[membership] = users + 1;
            return;
        }

        if (!_retiredMemberships.Remove(membership))
            _join.Add(membership);
        _memberships.Add(membership, 1);
    }

    private void Release(Membership membership)
    {
        if (!_memberships.TryGetValue(membership, out int users))
            return; // it could not be joined
        if (users > 1)
        {
            _memberships[membership] = users - 1;
            return;
        }

        _memberships.Remove(membership);
        _retiredMemberships.Add(membership, generation);
    }
}
