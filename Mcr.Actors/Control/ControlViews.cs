using System.Collections.Immutable;
using Mcr.Actors.Configuration;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Control;

/// <summary>Between the views that mcrd's actors answer with and what goes over the control socket. Pure.</summary>
public static class ControlViews
{
    public static RuleDraft Draft(ControlRequest.Add add) => new()
    {
        Id = add.RuleId,
        Name = add.Name,
        InputInterface = add.InputInterface,
        InputGroup = add.InputGroup,
        InputPort = add.InputLastPort is null ? InputViews.Port(add.InputPort, add.InputRule) : $"{add.InputPort}-{add.InputLastPort}",
        InputSource = add.Source,
        InputNode = add.InputNode,
        InputRule = add.InputRule,
        Force = add.Force,
        InputJoin = add.Join,
        Analyse = add.Analyse,
        Alarms = add.Alarms,
        Redundancy = add.Ha,
        MoreInputs = [.. (add.Inputs ?? []).Select(InputViews.Draft)],
        Select = add.Select,
        Outputs = [.. add.Outputs.Select(OutputViews.Draft)],
    };

    public static ControlResponse Result(CommandResult result) => result switch
    {
        CommandResult.Ok ok => new ControlResponse.Success(ok.Sentence) { Done = ok.Difference.IsEmpty ? null : Entry(ok, isDryRun: false) },
        CommandResult.NoOp noOp => new ControlResponse.Success(noOp.Sentence),
        CommandResult.Rejected rejected => Refusal(rejected.Problems),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, null),
    };

    /// <param name="notes">What the result does not say.</param>
    /// <param name="needsRestart">Keys.</param>
    public static ControlResponse Changes(CommandResult result, bool isDryRun, IReadOnlyList<string> notes, IReadOnlyList<string>? needsRestart = null)
    {
        if (result is not CommandResult.Ok ok)
            return Result(result);
        string[] all = [.. ok.Notes, .. notes];
        return new ControlResponse.Changes(Entry(ok, isDryRun) with { Notes = all.Length == 0 ? null : all, NeedsRestart = needsRestart is { Count: > 0 } ? needsRestart : null });
    }

    public static ControlResponse Config(RunningConfiguration? configuration, RelayQueries.RuleList list)
    {
        McrSettings settings = configuration?.Settings ?? SettingsReader.Read(new SettingsSources()).Settings!;
        string[] head = ["What runs, as mcrctl config show has it", $"Ruleset hash: {list.Hash}"];
        RuleView[] own = [.. list.Rules.Where(r => r.Rule.Input.Leg is null)]; // the ends of legs are other nodes' rules
        string text = ConfigText.Write(head, settings, own.Select(r => new ConfiguredRule(r.Rule, r.Origin)));
        return new ControlResponse.Config(new ConfigEntry(list.Hash, [.. own.Select(Rule)], configuration?.File, text));
    }

    public static ControlResponse Refusal(IEnumerable<RuleProblem> problems) =>
        new ControlResponse.Error([.. problems.Select(p => new ProblemEntry(p.Field, p.Sentence))]);

    /// <param name="redundant">Who forwards those with ha.</param>
    public static ControlResponse Rules(IEnumerable<RuleView> views, ImmutableDictionary<RuleId, RedundancyEntry>? redundant = null) =>
        new ControlResponse.Rules([.. views.Select(v => v.Rule.Redundancy is null ? Rule(v) : Rule(v) with { Redundancy = redundant?.GetValueOrDefault(v.Rule.Id) })]);

    public static ControlResponse Workers(IEnumerable<WorkerView> views) => new ControlResponse.Workers([.. views.Select(Worker)]);

    public static ControlResponse Stats(IEnumerable<RuleStatsView> views) => new ControlResponse.Stats([.. views.Select(Stats)]);

    public static ControlResponse Interfaces(IEnumerable<InterfaceView> views) => new ControlResponse.Interfaces([.. views.Select(Interface)]);

    /// <param name="program">The version of mcrd.</param>
    public static ControlResponse Version(string program, RelayQueries.SavingReport saving, RelayQueries.WebhookReport webhook) => new ControlResponse.Version(new VersionEntry(ControlProtocol.Version, program)
    {
        Saving = new SavingEntry(saving.Directory is not null, saving.Directory, saving.Problem, saving.Since),
        Webhook = webhook.Place is { } place ? new WebhookEntry(place, webhook.Posted, webhook.Waiting, webhook.Dropped, webhook.Problem, webhook.Since) : null,
    });

    private static ChangesEntry Entry(CommandResult.Ok ok, bool isDryRun) => new(
        isDryRun,
        ok.Sentence,
        ok.Hash ?? "",
        [.. ok.Difference.Added.Select(Shape)],
        [.. ok.Difference.Changed.Select(c => new RuleChangeEntry(Shape(c.Before), Shape(c.After)))],
        [.. ok.Difference.Removed.Select(Shape)]);

    private static RuleShape Shape(ForwardingRule rule) => new(
        rule.Id.ToString(),
        rule.Name,
        rule.Input.Interface,
        InputViews.GroupText(rule.Input),
        rule.Input.Port,
        rule.Input.Source?.ToString(),
        [.. rule.Outputs.Select(OutputViews.Entry)])
    {
        Force = rule.NeedsForce,
        InputLastPort = rule.Input.LastPort,
        Join = rule.JoinText,
        Analyse = rule.AnalyseText,
        Alarms = rule.AlarmsText,
        Ha = rule.RedundancyText,
        InputNode = rule.Input.From?.Node,
        InputRule = rule.Input.From?.Rule,
        Inputs = InputViews.Entries(rule),
        Select = rule.SelectText,
    };

    private static RuleEntry Rule(RuleView view) => new(
        view.Rule.Id.ToString(),
        view.Rule.Name,
        view.Rule.Input.Interface,
        InputViews.GroupText(view.Rule.Input),
        view.Rule.Input.Port,
        [.. view.Rule.Outputs.Select(OutputViews.Entry)],
        view.Status.ToString(),
        view.Why,
        view.Since,
        view.Origin,
        view.Rule.Input.Source?.ToString())
    {
        Force = view.Rule.NeedsForce,
        InputLastPort = view.Rule.Input.LastPort,
        Join = view.Rule.JoinText,
        Analyse = view.Rule.AnalyseText,
        Alarms = view.Rule.AlarmsText,
        Ha = view.Rule.RedundancyText,
        InputNode = view.Rule.Input.From?.Node,
        InputRule = view.Rule.Input.From?.Rule,
        Inputs = InputViews.Entries(view.Rule),
        Select = view.Rule.SelectText,
        ActiveAlarms = Alarms(view.Alarms),
        LegFrom = LegFrom(view.Rule.Input),
    };

    private static WorkerEntry Worker(WorkerView view) => new(
        view.Pid,
        view.Cores.IsDefaultOrEmpty ? null : view.Cores[0],
        view.Interface,
        view.Status.ToString(),
        view.Number,
        view.Cores.IsDefault ? ImmutableArray<int>.Empty : view.Cores,
        view.Restarts,
        view.RulesetHash,
        view.ExpectedHash,
        view.Sync.ToString(),
        view.Repairs)
    {
        Counters = TrafficViews.Counters(view.Counters),
        Rates = view.Counters is null ? null : TrafficViews.Rates(view.Traffic),
        LastSeen = view.Traffic.LastSeen,
    };

    private static StatsEntry Stats(RuleStatsView view) => new(
        InputViews.GroupText(view.Rule.Input),
        view.Rule.Input.Port,
        view.Matched,
        view.Bytes,
        TrafficViews.Finite(view.PacketsPerSecond),
        TrafficViews.Finite(view.BitsPerSecond),
        view.Rule.Id.ToString(),
        view.Rule.Name,
        view.Rule.Input.Interface,
        view.Sent,
        view.Errors)
    {
        Outputs = view.Outputs.IsEmpty ? null : [.. view.Outputs.Select(OutputViews.Stats)],
        InputNode = view.Rule.Input.From?.Node,
        InputRule = view.Rule.Input.From?.Rule,
        Inputs = InputViews.Entries(view.Rule),
        Select = view.Rule.SelectText,
        Selection = SelectionViews.Entry(view.Rule, view.Select),
        Stream = StreamViews.Entry(view.Stream),
        InputLastPort = view.Rule.Input.LastPort,
        LegFrom = LegFrom(view.Rule.Input),
        SourceChanges = view.SourceChanges,
        ErrorsByReason = ReasonNames.Named(view.Outputs.Select(o => o.Reasons).Aggregate(ImmutableArray<long>.Empty, (sum, reasons) => Sums.Of(sum, reasons, 1)), ReasonNames.Errors),
        Alarms = Alarms(view.Alarms),
        IsUnanswered = view.IsUnanswered,
        Status = view.Status.ToString(),
        Why = view.Why,
        Rates = TrafficViews.Rates(view.Traffic),
        LastSeen = view.LastArrival ?? view.Traffic.LastSeen,
    };

    private static LegFromEntry? LegFrom(RuleInput input) => input.Leg is { } leg ? new LegFromEntry(leg.Node, leg.Rule.Value) : null;

    private static AlarmEntry[]? Alarms(ImmutableArray<ActiveAlarm> alarms) => alarms.IsEmpty ? null : [.. alarms.Select(Alarm)];

    private static AlarmEntry Alarm(ActiveAlarm alarm) => new(EventViews.Name(alarm.Kind), alarm.Since, alarm.Sentence);

    private static QuerierEntry Querier(QuerierView view) => new(view.IsIPv6 ? "ipv6" : "ipv4", view.Since)
    {
        Address = view.Heard?.Address.ToString(),
        Protocol = view.Heard?.Protocol,
        LastSeen = view.Heard?.At,
        Silent = view.IsSilent,
        Alarm = view.Alarm is null ? null : Alarm(view.Alarm),
    };

    private static InterfaceEntry Interface(InterfaceView view)
    {
        Link? link = view.Link;
        bool isHome = FeedsHome.Is(view.Name); // no device, of which nothing can be said
        return new InterfaceEntry(
            view.Name,
            link is not null,
            isHome ? null : link?.Index,
            isHome ? "Feeds" : link?.Kind.ToString(),
            link?.IsUp ?? false,
            link?.IsRunning ?? false,
            link?.CanMulticast ?? false,
            isHome ? null : link?.Mtu,
            link is null ? [] : [.. link.Addresses.Select(a => a.ToString())],
            view.Rules,
            view.Workers)
        {
            Repairs = view.Repairs,
            Queriers = view.Queriers.IsEmpty ? null : [.. view.Queriers.Select(Querier)],
            Counters = TrafficViews.Counters(view.Counters),
            Rates = view.Counters is null ? null : TrafficViews.Rates(view.Traffic),
            LastSeen = view.Traffic.LastSeen,
        };
    }
}
