using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>
/// <c>/user/relay/config</c>: changes of many rules, and the files: reads them again, writes them. One after another; files are read and written
/// beside everybody else. What becomes of the rules is the supervisor's, its parent's, decision.
/// </summary>
internal sealed class ConfigActor : ReceiveActor, IWithTimers
{
    /// <summary>A little less than whoever asks waits for the answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(9);

    /// <summary>For certificate files to be read, which are small.</summary>
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    private static readonly ControlResponse NoFile = new ControlResponse.Error("this mcrd was started without a configuration file; start it with --config FILE (mcrctl config save --file FILE writes one)");

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _relay = Context.Parent;
    private readonly RunningConfiguration? _configuration;
    private readonly ControlGate _gate;

    public ConfigActor(RunningConfiguration? configuration, ControlGate gate)
    {
        _configuration = configuration;
        _gate = gate;
        ReceiveAsync<ControlRequest.ChangeRules>(async request => Sender.Tell(await ChangeAsync(request)));
        ReceiveAsync<ControlRequest.ConfirmChange>(async _ => Sender.Tell(await ConfirmAsync()));
        ReceiveAsync<ControlRequest.Reload>(async _ => Sender.Tell(await ReloadAndTellAsync("mcrctl reload")));
        ReceiveAsync<ControlRequest.SaveConfig>(async _ => Sender.Tell(await SaveAsync()));
        ReceiveAsync<Hangup>(async _ =>
        {
            ControlResponse response = await ReloadAndTellAsync(Hangup.Name);
            _gate.Note(Hangup.Name, response);
        });
        ReceiveAsync<ConfirmationOverdue>(async _ => await RollBackAsync());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _gate.OpenFiles(Self);

    protected override void PostStop() => _gate.CloseFiles();

    private async Task<ControlResponse> ChangeAsync(ControlRequest.ChangeRules request)
    {
        if (RuleChangeRequest.Parse(request, out IReadOnlyList<RuleProblem> problems) is not { } command)
            return ControlViews.Refusal(problems);
        bool isArmed = command is { IsDryRun: false, ConfirmWithin: not null } && !Timers.IsTimerActive(nameof(ConfirmationOverdue));
        if (isArmed) // before it is asked for: an answer that comes too late to be heard must not leave the change for good
            Timers.StartSingleTimer(nameof(ConfirmationOverdue), new ConfirmationOverdue(), command.ConfirmWithin!.Value);
        (CommandResult result, bool isUnknown) = await TryAskAsync(command);
        bool isMade = result is CommandResult.Ok { Difference.IsEmpty: false };
        if (isArmed && !isMade && !isUnknown)
            Timers.Cancel(nameof(ConfirmationOverdue));
        if (isMade && command is { IsDryRun: false, ConfirmWithin: { } within })
        {
            _log.Info("rules were changed, and will be as before again in {Seconds} s unless that is confirmed (mcrctl config confirm)", within.TotalSeconds);
            return ControlViews.Changes(result, request.DryRun, [$"unless it is confirmed within {within.TotalSeconds:0} s (mcrctl config confirm), all is as before again"]);
        }

        return ControlViews.Changes(result, request.DryRun, []);
    }

    private async Task<ControlResponse> ConfirmAsync()
    {
        CommandResult result = await AskAsync(new RelayCommands.Confirm());
        if (result is CommandResult.Ok)
            Timers.Cancel(nameof(ConfirmationOverdue));
        return ControlViews.Result(result);
    }

    private async Task RollBackAsync()
    {
        CommandResult result = await AskAsync(new RelayCommands.RollBack());
        if (result is CommandResult.Ok ok)
            _log.Warning("nobody has confirmed the last change of rules, and it is taken back: {What}", ok.Sentence);
        else if (result is CommandResult.Rejected rejected)
            _log.Error("nobody has confirmed the last change of rules, and it cannot be taken back: {Why}", string.Join("; ", rejected.Problems));
        _gate.Note("roll-back", ControlViews.Changes(result, isDryRun: false, []));
    }

    /// <summary>Whoever asks for it: what the service manager shows is what became of the last one.</summary>
    private async Task<ControlResponse> ReloadAndTellAsync(string who)
    {
        _gate.OnReload?.Invoke(null);
        ControlResponse response = await ReloadAsync(who);
        _gate.OnReload?.Invoke(response);
        return response;
    }

    private async Task<ControlResponse> ReloadAsync(string who)
    {
        if (_configuration is not { Sources.ConfigFile: not null } configuration)
            return NoFile;
        SettingsResult read = await Task.Run(() => SettingsReader.Read(configuration.Sources));
        if (read.Settings is not { } next)
        {
            _log.Error("{Who}: the configuration has problems, and nothing was changed:", who);
            foreach (ConfigProblem problem in read.Problems)
                _log.Error("{Problem}", problem);
            return Refusal(read.Problems);
        }

        var notes = new List<string>();
        UseNames(configuration, next.Console, notes); // whatever becomes of the rules: who is to be kept out may be who holds them up
        CommandResult result = await AskAsync(new RelayCommands.UseFiles(Rules(next.Rules)));
        if (result is not CommandResult.Ok ok)
        {
            ControlResponse refusal = ControlViews.Result(result);
            return refusal is ControlResponse.Error error ? error with { Problems = [.. error.Problems, .. notes.Select(note => new ProblemEntry(null, $"all the same, {note}"))] } : refusal;
        }

        HashSet<string> applied = await ChangeWorkersAsync(configuration.Settings, next, notes);
        WebhookSettings webhook = await ChangeWebhookAsync(configuration.Settings.Webhook, next.Webhook, notes);
        IReadOnlyList<string> needsRestart = SettingsDifference.Of(configuration.Settings with { Webhook = webhook }, next, applied.Contains);
        configuration.Become(configuration.Settings.With(next.Rules, applied.ToImmutableDictionary(name => name, name => next.InterfaceOf(name).Workers), webhook));
        notes.AddRange(await LookAtCertificatesAsync());
        _log.Info("{Who}: the configuration was read again: {Change}", who, ok.Sentence);
        foreach (string note in ok.Notes)
            _log.Warning("{Note}", note);
        foreach (string key in needsRestart)
            _log.Warning("{Key} takes a restart of mcrd", key);
        return ControlViews.Changes(result, isDryRun: false, notes, needsRestart);
    }

    /// <summary>Where the files want another number of workers than they did, for interfaces that have any.</summary>
    /// <returns>The interfaces where that was possible.</returns>
    private async Task<HashSet<string>> ChangeWorkersAsync(McrSettings before, McrSettings next, List<string> notes)
    {
        var applied = new HashSet<string>();
        string[] changed = [.. before.Interfaces.Keys.Union(next.Interfaces.Keys).Where(name => before.InterfaceOf(name).Workers != next.InterfaceOf(name).Workers)];
        foreach (string name in changed)
        {
            if (await AskAsync(new RelayCommands.SetWorkers(name, next.InterfaceOf(name).Workers)) is not CommandResult.Ok ok)
                continue;
            applied.Add(name);
            notes.Add(ok.Sentence);
        }

        return applied;
    }

    /// <returns>Where events are posted now.</returns>
    private async Task<WebhookSettings> ChangeWebhookAsync(WebhookSettings before, WebhookSettings next, List<string> notes)
    {
        if (before == next || await AskAsync(new RelayCommands.UseWebhook(next)) is not CommandResult.Ok ok)
            return before;
        notes.Add(ok.Sentence);
        return next;
    }

    /// <summary>Consoles are judged by the names of now.</summary>
    private void UseNames(RunningConfiguration configuration, ConsoleSettings next, List<string> notes)
    {
        ConsoleSettings before = configuration.Settings.Console;
        if (before.HasNamesOf(next))
            return;
        configuration.Become(configuration.Settings with { Console = before.WithNamesOf(next) });
        foreach (IActorRef owner in _gate.Beside)
            owner.Tell(new BesideMessages.JudgeAnew());
        if (before.Enabled)
        {
            notes.Add(configuration.Settings.AsksConsolesForCertificates
                ? "who may connect to the console port is as the files say (console.admins, console.readers); sessions of others have ended"
                : "console.admins and console.readers count only where consoles are asked for certificates, which they are not");
        }
    }

    /// <summary>All at once: who has new ones is made anew soon after, and with it maybe the way of the answer.</summary>
    private async Task<IEnumerable<string>> LookAtCertificatesAsync()
    {
        string?[] said = await Task.WhenAll(_gate.Beside.Select(LookAsync));
        return said.OfType<string>();
    }

    private static async Task<string?> LookAsync(IActorRef owner)
    {
        try
        {
            return (await owner.Ask<BesideMessages.Looked>(new BesideMessages.Look(), LookPatience)).Sentence;
        }
        catch (AskTimeoutException)
        {
            return $"whether certificates were renewed is not known within {LookPatience.TotalSeconds:0} s; the log will say";
        }
    }

    private async Task<ControlResponse> SaveAsync()
    {
        if (_configuration is not { Sources.ConfigFile: not null } configuration)
            return NoFile;
        if (Timers.IsTimerActive(nameof(ConfirmationOverdue)))
            return new ControlResponse.Error("a change waits for its confirmation; confirm it first (mcrctl config confirm), or wait until it is taken back");
        RelayQueries.RuleList list = await _relay.Ask<RelayQueries.RuleList>(new RelayQueries.ListRules(), Patience);
        ConfiguredRule[] running = [.. list.Rules.Where(r => r.Rule.Input.Leg is null).Select(r => new ConfiguredRule(r.Rule, r.Origin))];
        (IReadOnlyList<ConfiguredRule> saved, string sentence, IReadOnlyList<ConfigProblem> problems) = await Task.Run(() => StartupFile.Save(configuration.Sources, running));
        if (problems.Count > 0)
            return Refusal(problems);
        configuration.Become(configuration.Settings with { Rules = [.. saved] });
        CommandResult result = await AskAsync(new RelayCommands.RestOn(Rules(saved)));
        _log.Info("{Saved}", sentence);
        return result is CommandResult.Ok rest ? new ControlResponse.Success($"{sentence}, and {rest.Sentence}") : ControlViews.Result(result);
    }

    private async Task<CommandResult> AskAsync(object command) => (await TryAskAsync(command)).Result;

    /// <returns>Also whether nobody knows what became of it.</returns>
    private async Task<(CommandResult Result, bool IsUnknown)> TryAskAsync(object command)
    {
        try
        {
            return (await _relay.Ask<CommandResult>(command, Patience), false);
        }
        catch (AskTimeoutException)
        {
            return (new CommandResult.Rejected("mcrd", $"the relay did not answer within {Patience.TotalSeconds:0} s; it may still do what was asked: look before you ask again"), true);
        }
    }

    private static ControlResponse Refusal(IEnumerable<ConfigProblem> problems) => new ControlResponse.Error([.. problems.Select(p => new ProblemEntry($"{p.At}", p.Sentence))]);

    private static ImmutableArray<RuleWithOrigin> Rules(IEnumerable<ConfiguredRule> rules) => [.. rules.Select(r => new RuleWithOrigin(r.Rule, r.Origin))];

    /// <summary>SIGHUP came.</summary>
    public sealed record Hangup
    {
        public const string Name = "SIGHUP";
    }

    private sealed record ConfirmationOverdue;
}
