using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Specs.Cluster;

/// <summary>In the place of <c>/user/relay</c>: what the cluster asks of it, and no more. What was asked is in the probe's queue.</summary>
internal sealed class FakeRelay : AutoPilot
{
    private readonly Lock _lock = new();
    private readonly List<(IActorRef Asker, object Message)> _unanswered = [];
    private ImmutableSortedDictionary<string, OwnRule> _rules = ImmutableSortedDictionary<string, OwnRule>.Empty;
    private Func<object, bool> _isSilent = _ => false;

    public FakeRelay(TestProbe probe) => probe.SetAutoPilot(this);

    public long Revision { get; private set; } = 7;

    /// <summary>Why a change cannot be; null: it can.</summary>
    public Func<RelayCommands.ChangeRules, CommandResult.Rejected?> Refuse { get; set; } = _ => null;

    /// <summary>Each change that was done, as the ids of what it put and removed.</summary>
    public List<string> Done { get; } = [];

    /// <summary>It is in the act of stopping.</summary>
    public bool HasStopped { get; set; }

    /// <summary>It answers something else than it was asked for.</summary>
    public bool Lies { get; set; }

    /// <summary>So many wait for it to go on.</summary>
    public int Unanswered
    {
        get
        {
            lock (_lock)
                return _unanswered.Count;
        }
    }

    public OwnRule[] Rules
    {
        get
        {
            lock (_lock)
                return [.. _rules.Values];
        }
    }

    public override AutoPilot Run(IActorRef sender, object message)
    {
        lock (_lock)
        {
            if (_isSilent(message))
                _unanswered.Add((sender, message));
            else if (Answer(message) is { } answer)
                sender.Tell(answer);
        }

        return this;
    }

    /// <summary>Something of it hangs from now on.</summary>
    public void BeSilent(Func<object, bool> about)
    {
        lock (_lock)
            _isSilent = about;
    }

    /// <summary>And goes on.</summary>
    public void Speak()
    {
        lock (_lock)
        {
            _isSilent = _ => false;
            foreach ((IActorRef asker, object message) in _unanswered)
                asker.Tell(Answer(message)!);
            _unanswered.Clear();
        }
    }

    /// <summary>Somebody changes rules here.</summary>
    public void Change(IEnumerable<OwnRule> rules)
    {
        lock (_lock)
        {
            _rules = rules.ToImmutableSortedDictionary(r => r.Rule.Id.Value, r => r);
            Revision++;
        }
    }

    private object? Answer(object message) => message switch
    {
        OwnRules.Get when Lies => "rules",
        OwnRules.Get or OwnRules.WhenSaved when HasStopped => new Status.Failure(new InvalidOperationException("mcrd is stopping")),
        OwnRules.Get => new OwnRules([.. _rules.Values], Revision),
        OwnRules.WhenSaved => new StateEvents.Flushed(),
        RelayCommands.ChangeRules change => Do(change),
        RelayQueries.ListRules => new RelayQueries.RuleList([], RuleSetHash.Of(_rules.Values.Select(r => r.Rule))),
        RelayQueries.ListWorkers => new RelayQueries.WorkerList([]),
        RelayQueries.ListInterfaces => new RelayQueries.InterfaceList([]),
        _ => null,
    };

    private CommandResult Do(RelayCommands.ChangeRules change)
    {
        if (change.OnRevision is { } revision && revision != Revision)
            return new CommandResult.Rejected("rules", "they are others by now") { IsOutdated = true };
        if (Refuse(change) is { } refusal)
            return refusal;
        _rules = _rules.RemoveRange(change.Remove.Select(r => r.Id!.Value.Value)).SetItems(change.Put.Select(p => KeyValuePair.Create(p.Rule.Id.Value, new OwnRule(p.Rule, p.Origin, IsFile: false))));
        Revision++;
        Done.Add(string.Join(' ', [.. change.Put.Select(p => $"+{p.Rule.Id}").Order(StringComparer.Ordinal), .. change.Remove.Select(r => $"-{r.Id}")]));
        return new CommandResult.Ok("done");
    }
}
