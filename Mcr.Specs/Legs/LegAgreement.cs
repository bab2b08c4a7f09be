using System.Collections.Immutable;
using Mcr.Actors.Cluster;
using Mcr.Actors.Control;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;
using Mcr.Native.Worker;
using End = Mcr.Actors.Legs.LegEnd;

namespace Mcr.Specs.Legs;

/// <summary>
/// The two nodes of one leg, with what their workers remember and the messages between them, which come late, twice or not at all. What is counted with a key lives as long as the beginning's memory: one that
/// has lost it must never send by an id that was sent by before.
/// </summary>
internal sealed class LegAgreement
{
    /// <summary>See <see cref="Do"/>.</summary>
    public const int Steps = 18;

    private static readonly ForwardingRule Rule = LegRules.Rule("studio", null, LegRules.Output("b"));
    private static readonly LegName Name = LegRules.Name("a", Rule, "b");

    private readonly Dictionary<ulong, int> _sentBy = []; // by id: which memory of the beginning's
    private readonly List<(LegsEffect.Ask Ask, bool IsCopy)> _questions = [];
    private readonly List<(ulong Instance, ControlResponse Answer)> _answers = [];
    private readonly List<ulong> _renewals = []; // ids
    private LegsState _a = null!;
    private LegsState _b = null!;
    private ImmutableArray<LegHalf> _halves = [];
    private TimeSpan _now;
    private ulong _number = 100;
    private ulong _instance;
    private int _memory;
    private LegTarget? _target; // as a's workers have it
    private ulong _end; // its id, which has a key of its own
    private bool _isFresh;

    public LegAgreement()
    {
        _instance = ++_number;
        (_end, _isFresh) = (++_number, true);
        BeginA();
        BeginB(ImmutableDictionary<LegName, (ulong, ulong)>.Empty);
    }

    public bool IsAgreed => _target?.Leg.Id == _end && _target.Instance == _instance;

    /// <summary>Nothing is lost any more, and nobody dies.</summary>
    public void Settle()
    {
        for (int i = 0; i < 10; i++)
        {
            foreach (int step in new[] { 0, 1, 3, 5, 6, 7, 8, 10 })
            {
                for (int n = 0; n < 3; n++)
                    Do(step, 0);
            }
        }
    }

    public void Do(int step, int which)
    {
        switch (step)
        {
            case 0:
                _now += TimeSpan.FromMilliseconds(300);
                (_a, ImmutableArray<LegsEffect> asks) = _a.Tick(_now);
                _questions.AddRange(asks.Cast<LegsEffect.Ask>().Select(ask => (ask, false)));
                break;
            case 1 when Take(_questions, which) is { Ask: not null } question:
                Ask(question.Ask, question.IsCopy);
                break;
            case 2 when _questions.Count > 0:
                _questions.Add((_questions[which % _questions.Count].Ask, true));
                break;
            case 3 when Take(_answers, which) is { Answer: not null } answer:
                LegTarget? target = answer.Answer is ControlResponse.Leg leg ? LegOffers.Read(leg.Entry, answer.Instance) : null;
                _a = _a.Answered(Name, answer.Instance, target, target is null ? "no" : null, _now).Next;
                break;
            case 4 when _questions.FindIndex(q => !q.IsCopy) is >= 0 and var lost: // and comes much later, when nobody waits for it
                _a = _a.Answered(Name, _questions[lost].Ask.Instance, null, "it does not answer", _now).Next;
                _questions[lost] = (_questions[lost].Ask, true);
                break;
            case 5 when _a.Targets.Legs.TryGetValue(Name, out LegTarget? told) && told.Instance == _instance:
                Send(told);
                break;
            case 6 when Take(_renewals, which) is var renewed && renewed == _end:
                (_end, _isFresh) = (++_number, true);
                break;
            case 7:
                SeeEnd();
                break;
            case 8:
                _a = _a.Hear(ImmutableSortedDictionary<string, NodeReport>.Empty.Add("b", new NodeReport { Legs = _b.Report() }), ["b"]);
                break;
            case 9: // the port at the beginning was closed, and is opened again
                Forget();
                break;
            case 10:
                SeeBeginning();
                break;
            case 11: // another mcrd adopts the worker at the beginning
                _instance = ++_number;
                _target = _target is null ? null : _target with { Instance = _instance };
                BeginA();
                break;
            case 12:
                Forget();
                BeginA();
                break;
            case 13: // the actor of legs alone
                BeginA();
                break;
            case 14: // another mcrd adopts the worker at the end
                _isFresh = false;
                _renewals.Clear();
                BeginB(ImmutableDictionary<LegName, (ulong, ulong)>.Empty);
                break;
            case 15:
                (_end, _isFresh) = (++_number, true);
                _renewals.Clear();
                BeginB(ImmutableDictionary<LegName, (ulong, ulong)>.Empty);
                break;
            case 16:
                BeginB(_b.Given);
                break;
            case 17:
                (_end, _isFresh) = (++_number, true);
                break;
        }
    }

    private static T? Take<T>(List<T> from, int which)
    {
        if (from.Count == 0)
            return default;
        T taken = from[which % from.Count];
        from.RemoveAt(which % from.Count);
        return taken;
    }

    private void Ask(LegsEffect.Ask ask, bool isCopy)
    {
        (_b, ImmutableArray<LegsEffect> effects, ControlResponse answer) = _b.Asked(ask.Request, "a");
        _renewals.AddRange(effects.OfType<LegsEffect.Publish>().Select(p => p.Message.Id));
        if (!isCopy)
            _answers.Add((ask.Instance, answer));
    }

    private void Send(LegTarget told)
    {
        _target = told;
        Assert.True(_sentBy.TryAdd(told.Leg.Id, _memory) || _sentBy[told.Leg.Id] == _memory, $"id {told.Leg.Id} was sent by before");
        SeeBeginning();
    }

    private void Forget()
    {
        _memory++;
        _instance = ++_number;
        _target = null;
    }

    private void SeeBeginning() =>
        _a = _a.See(new LegMessages.Seen("in0", ImmutableDictionary<LegName, LegBeginning>.Empty.Add(Name, new LegBeginning(_instance, _target, default)), ImmutableDictionary<RuleId, End>.Empty));

    private void SeeEnd() => _b = LegsStateSpecs.See(_b, _halves.Single(), _end, isReady: true, _isFresh);

    /// <summary>Nobody waits for answers any more.</summary>
    private void BeginA()
    {
        _answers.Clear();
        for (int i = 0; i < _questions.Count; i++)
            _questions[i] = (_questions[i].Ask, true);
        _a = new LegsState("a", LegRules.Cluster).Hear(ImmutableSortedDictionary<string, NodeReport>.Empty, ["b"]);
    }

    private void BeginB(ImmutableDictionary<LegName, (ulong Id, ulong Instance)> given)
    {
        _b = new LegsState("b", LegRules.Cluster) { Given = given, Halves = _halves }.Know([("a", Rule)]).Next.Look(LegsStateSpecs.Links()).Next;
        _halves = _b.Halves;
    }
}
