using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Logging;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>
/// <c>/user/relay/control</c>: requests of the control socket become commands and queries of the supervisor, its parent, and its answers
/// become responses. Keeps nothing; parses text before anybody else sees it.
/// </summary>
internal sealed class ControlActor(ControlGate gate, TimeSpan patience, string version, RunningConfiguration? configuration, IActorRef config) : UntypedActor
{
    public const string Origin = "mcrctl";

    private const int FewChanges = 20;
    private const int ManyChanges = 10_000;

    private readonly ILoggingAdapter _log = Context.GetLogger();

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(RedundancyMessages.Known));
        gate.Open(Self);
    }

    protected override void PostStop() => gate.Close();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ControlRequest.Add add:
                Add(add);
                break;
            case ControlRequest.Remove remove:
                Remove(remove);
                break;
            case ControlRequest.ChangeRules or ControlRequest.ConfirmChange or ControlRequest.Reload or ControlRequest.SaveConfig:
                config.Forward(message);
                break;
            case ControlRequest.ShowAudit show:
                ShowAudit(show);
                break;
            case ControlRequest.ShowConfig:
                Ask<RelayQueries.RuleList>(new RelayQueries.ListRules(), list => ControlViews.Config(configuration, list));
                break;
            case ControlRequest.SetWorkers set:
                SetWorkers(set);
                break;
            case ControlRequest.TraceEnable enable:
                Trace(enable.RuleId, enable.Name, rule =>
                {
                    var problems = new List<ProblemEntry>();
                    if (TraceViews.Wish(enable, problems) is { } wish)
                        Ask<CommandResult>(new TraceCommands.Enable(rule, wish), ControlViews.Result);
                    else
                        Sender.Tell(new ControlResponse.Error(problems));
                });
                break;
            case ControlRequest.TraceDisable disable:
                Trace(disable.RuleId, disable.Name, rule => Ask<CommandResult>(new TraceCommands.Disable(rule), ControlViews.Result));
                break;
            case ControlRequest.TraceGet get:
                Trace(get.RuleId, get.Name, rule => Ask<object>(new TraceCommands.Get(rule, new TraceCursor(get.Session, [.. get.From ?? []])), answer => answer switch
                {
                    TraceReport report => TraceViews.Report(report),
                    _ => ControlViews.Result((CommandResult)answer),
                }));
                break;
            case ControlRequest.UpgradeHold:
                Sender.Tell(gate.Leave()
                    ? new ControlResponse.Success("mcrd leaves, and its workers relay on until the next mcrd adopts them or their orphan-grace is over")
                    : new ControlResponse.Error("this mcrd cannot leave its workers"));
                break;
            case ControlRequest.ListRules:
                Ask<RelayQueries.RuleList>(new RelayQueries.ListRules(), list => ControlViews.Rules(list.Rules, gate.Redundant));
                break;
            case ControlRequest.Stats:
                Ask<RelayQueries.StatsReport>(new RelayQueries.GetStats(), report => ControlViews.Stats(report.Rules));
                break;
            case ControlRequest.ListWorkers:
                Ask<RelayQueries.WorkerList>(new RelayQueries.ListWorkers(), list => ControlViews.Workers(list.Workers));
                break;
            case ControlRequest.Interfaces:
                Ask<RelayQueries.InterfaceList>(new RelayQueries.ListInterfaces(), list => ControlViews.Interfaces(list.Interfaces));
                break;
            case ControlRequest.Events events:
                var wrong = new List<ProblemEntry>();
                if (EventViews.Query(events, wrong) is { } query)
                    Ask<EventReport>(query, EventViews.Report);
                else
                    Sender.Tell(new ControlResponse.Error(wrong));
                break;
            case ControlRequest.GetLogLevels:
                Sender.Tell(LogLevelViews.Entry(gate.Log.Levels));
                break;
            case ControlRequest.SetLogLevel set:
                SetLogLevel(set);
                break;
            case RedundancyMessages.Known known:
                gate.Redundant = known.Rules;
                break;
            case ControlRequest.Ping:
                Sender.Tell(new ControlResponse.Pong());
                break;
            case ControlRequest.Version:
                ShowVersion();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Add(ControlRequest.Add request)
    {
        if (RuleParser.Parse(ControlViews.Draft(request), out IReadOnlyList<RuleProblem> problems) is { } rule)
            Ask<CommandResult>(new RelayCommands.AddRule(rule, Origin) { OfOtherNode = request.OfOtherNode }, ControlViews.Result);
        else
            Sender.Tell(ControlViews.Refusal(problems));
    }

    private void Remove(ControlRequest.Remove request)
    {
        if (RuleChangeRequest.Removal(request) is { } removal)
            Ask<CommandResult>(removal with { OfOtherNode = request.OfOtherNode }, ControlViews.Result);
        else
            Sender.Tell(new ControlResponse.Error("give either the rule's id or its name"));
    }

    private void ShowAudit(ControlRequest.ShowAudit request)
    {
        int count = FewChanges;
        if (request.Last is { } last && !(int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is > 0 and <= ManyChanges))
            Sender.Tell(new ControlResponse.Error($"'{last}' is not a number of changes; give one from 1 to {ManyChanges}"));
        else if (gate.Audit is not { IsKept: true } audit)
            Sender.Tell(new ControlResponse.Error("this mcrd keeps nothing in its state directory (persist = off), and so no audit log; its log has all changes"));
        else
            audit.LastAsync(count).PipeTo(Sender, Self, entries => new ControlResponse.Audit(entries), failure => new ControlResponse.Error(failure.Message));
    }

    private void ShowVersion()
    {
        Task<RelayQueries.SavingReport> saving = Context.Parent.Ask<RelayQueries.SavingReport>(new RelayQueries.GetSaving(), patience);
        Task<RelayQueries.WebhookReport> webhook = Context.Parent.Ask<RelayQueries.WebhookReport>(new RelayQueries.GetWebhook(), patience);
        Task.WhenAll(saving, webhook).PipeTo(Sender, Self, () => ControlViews.Version(version, saving.Result, webhook.Result), Failed);
    }

    private void SetWorkers(ControlRequest.SetWorkers request)
    {
        if (string.IsNullOrEmpty(request.Interface))
            Sender.Tell(new ControlResponse.Error("the interface is missing; name the one whose workers are to be more or fewer"));
        else if (int.TryParse(request.Count, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            Ask<CommandResult>(new RelayCommands.SetWorkers(request.Interface, count), ControlViews.Result);
        else
            Sender.Tell(new ControlResponse.Error($"'{request.Count}' is not a number of workers; give one from 1 to {InterfaceOptions.MaxWorkers}"));
    }

    private void Trace(string? id, string? name, Action<RuleSelector> ask)
    {
        if (TraceViews.Selector(id, name) is { } rule)
            ask(rule);
        else
            Sender.Tell(new ControlResponse.Error("give either the rule's id or its name"));
    }

    private void SetLogLevel(ControlRequest.SetLogLevel request)
    {
        (LogLevels? next, ControlResponse answer) = LogLevelViews.Decide(gate.Log.Levels, request);
        if (next is not null)
        {
            gate.Log.Set(next);
            _log.Info("log levels are changed: {Change}", ((ControlResponse.Success)answer).Sentence);
        }

        Sender.Tell(answer);
    }

    private void Ask<T>(object message, Func<T, ControlResponse> toResponse) =>
        Context.Parent.Ask<T>(message, patience).PipeTo(
            Sender,
            Self,
            toResponse,
            Failed);

    private ControlResponse Failed(Exception failure) =>
        new ControlResponse.Error(failure is AskTimeoutException ? $"the relay did not answer within {patience.TotalSeconds:0} s" : failure.Message);
}
