using System.Diagnostics;
using Akka.Hosting;
using Akka.Configuration;
using Mcr.Actors.Audit;
using Mcr.Actors.Cluster;
using Mcr.Actors.Configuration;
using Mcr.Actors.Console;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Actors.Relay;
using Mcr.Actors.State;
using Mcr.Host.Mcrd.Http;
using Mcr.Host.Mcrd.Logging;
using Mcr.Native.Kernel;
using Mcr.Native.Logging;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// mcrd from its checked settings to its exit code, in the order of a start: rights, control socket, worker files, actors, ready. What cannot
/// be is one line on stderr and an exit code, before anything is changed.
/// </summary>
internal static class Daemon
{
    private const string SystemName = "mcr";

    /// <summary>What everything else may take when workers are stopped.</summary>
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    /// <summary>After this mcrd calls itself ready, whatever rules are still being set up: a worker that will not start is not a reason to look dead.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(15);

    /// <summary>Where a start is timed from: the process' own beginning.</summary>
    private static readonly DateTime StartedAt = Process.GetCurrentProcess().StartTime;

    public static async Task<int> RunAsync(McrSettings settings, RunningConfiguration configuration)
    {
        var capabilities = Capabilities.Read();
        if (!capabilities.CanOpenPacketSockets)
        {
            await Console.Error.WriteLineAsync("mcrd: CAP_NET_RAW is missing, and without it no packet can be received; run mcrd as root, or give it the capability (systemd: AmbientCapabilities=CAP_NET_RAW …)");
            return ExitCodes.NoPermission;
        }

        using var signals = new SignalLifetime();
        var manager = ServiceManager.OfEnvironment();
        var gate = new ControlGate { Log = new LogControl(settings.Log.Levels), OnReload = manager.Reload };
        using ILoggerFactory loggers = OpenLog(settings.Log, gate.Log);
        ILogger log = loggers.CreateLogger(LogCategories.Daemon);
        signals.OnHangup = gate.Hangup;
        using AuditLog audit = OpenAudit(settings, loggers);
        gate.Audit = audit;
        try
        {
            await using var control = ControlServer.Open(settings.Control.Socket, settings.Control.Group, gate.HandleAsync, Warn<ControlServer>(loggers), readOnlyGroup: settings.Control.ReadOnlyGroup);
            using WorkerStaging? staging = TryStage(settings, capabilities);
            if (staging is null)
                return ExitCodes.CannotCreate;
            var kernel = KernelFeatures.Probe();
            LogStart(loggers, settings, capabilities, kernel);
            var orphans = Orphans.Adopt(settings.RuntimeDirectory, Warn<Orphans>(loggers));
            StateDirectory? state = settings.Persist ? new StateDirectory(settings.StateDirectory, Warn<StateDirectory>(loggers), TimeProvider.System) : null;
            RuleLedger ledger = OpenLedger(settings, state, loggers.CreateLogger<RuleLedger>());
            ILogger stateLog = loggers.CreateLogger<HostChanges>();
            HostChanges? changes = OpenHostChanges(settings, state, ledger, stateLog);
            var platform = new LinuxPlatform(staging.Program, capabilities, PlatformOptionsOf(settings, kernel, changes) with { Logging = new WorkerLogging(gate.Log, WorkersIn(loggers)) }, orphans);
            gate.OnLeave = signals.Leave;
            using IHost host = Build(settings, configuration, platform, ledger, state, gate, signals, manager, loggers);
            await host.StartAsync();
            signals.Obey(host);
            await AnnounceAsync(host, log, manager, settings);
            if (!signals.WasAsked)
                orphans.StopRest();
            host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => manager.Stopping(signals.IsHeld ? "mcrd leaves its workers to the next one" : "workers are stopped"));
            await host.WaitForShutdownAsync();
            if (!signals.IsHeld)
                orphans.StopRest(); // it was told to stop before it was ready
            if (!signals.IsHeld)
                changes?.Restore(_ => false, sentence => stateLog.LogInformation("{Sentence}", sentence)); // what no interface took over
            if (signals.WasAsked)
                log.LogInformation("mcrd has stopped{Workers}", signals.IsHeld ? " and has left its workers" : "");
            else
                log.LogError("mcrd has stopped although nobody asked it to; what was logged before this says why");
            return signals.WasAsked ? ExitCodes.Ok : ExitCodes.Software;
        }
        catch (ControlSocketException e)
        {
            await Console.Error.WriteLineAsync($"mcrd: {e.Message}");
            return e.Kind == ControlSocketProblem.InUse ? ExitCodes.Unavailable : ExitCodes.CannotCreate;
        }
    }

    /// <returns>null when it cannot be, and that has been said.</returns>
    private static WorkerStaging? TryStage(McrSettings settings, Capabilities capabilities)
    {
        try
        {
            return WorkerStaging.Prepare(settings.RuntimeDirectory, settings.Worker.Path, capabilities.CanChangeUser);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"mcrd: the runtime directory {settings.RuntimeDirectory} cannot be used: {e.Message}");
            return null;
        }
    }

    /// <summary>Who changed what, to the log and to a file beside what was changed.</summary>
    private static AuditLog OpenAudit(McrSettings settings, ILoggerFactory loggers)
    {
        ILogger security = loggers.CreateLogger<AuditLog>();
        return new AuditLog(settings.Persist ? settings.StateDirectory : null, sentence => security.LogInformation("audit: {Change}", sentence), Warn<AuditLog>(loggers), TimeProvider.System);
    }

    /// <summary>The files' rules, and what was changed while the last mcrd ran.</summary>
    private static RuleLedger OpenLedger(McrSettings settings, StateDirectory? directory, ILogger log)
    {
        var ledger = RuleLedger.Open([.. settings.Rules.Select(r => new RuleWithOrigin(r.Rule, r.Origin))], directory, settings.ClusterNode);
        if (ledger.Changes is (int added, int removed) && added + removed > 0)
            log.LogInformation("from {Directory}: {Added} rules added or changed at run time, {Removed} of the files removed", settings.StateDirectory, added, removed);
        return ledger;
    }

    /// <summary>What an mcrd that was killed has left changed on the host comes back, but for what this one wants changed, too.</summary>
    private static HostChanges? OpenHostChanges(McrSettings settings, StateDirectory? directory, RuleLedger ledger, ILogger log)
    {
        if (directory is null)
            return null;
        var changes = HostChanges.Open(directory);
        HashSet<string> inputs = [.. ledger.Rules.Select(r => r.Rule.Home)];
        changes.Restore(device => inputs.Contains(device) && RelayOptionsOf(settings).Of(device).Gro != GroMode.Leave, sentence => log.LogInformation("{Sentence}", sentence));
        return changes;
    }

    private static IHost Build(McrSettings settings, RunningConfiguration configuration, LinuxPlatform platform, RuleLedger ledger, StateDirectory? state, ControlGate gate, SignalLifetime signals, ServiceManager manager, ILoggerFactory loggers)
    {
        // An empty builder: no appsettings.json, no environment but what the settings reader has read.
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime>(signals);
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = settings.Worker.StopTimeout + StopMargin + StopMargin;
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore; // what looks at the relay or tells of it does not end it
        });
        builder.Services.AddAkka(SystemName, akka =>
        {
            akka.AddHocon(AkkaConfig(settings), HoconAddMode.Prepend)
                .ConfigureLoggers(loggers =>
                {
                    loggers.ClearLoggers();
                    loggers.AddLogger<ActorLogger>();
                })
                .WithRelay(platform, RelayOptionsOf(settings) with { Configuration = configuration }, ledger, gate, () => signals.IsHeld);
            if (settings.Cluster.Enabled)
                akka.WithCluster(settings, ProductVersion.Text, gate, ledger, state, () => signals.IsHeld);
            if (settings.Console.Enabled)
                akka.WithConsole(configuration, ProductVersion.Text, gate);
            if (settings.Http.Listen is not null)
                akka.WithActorSystemLivenessCheck();
        });
        Exports.AddTo(builder.Services, settings, gate, manager);
        return builder.Build();
    }

    /// <summary>What the files say, before what we want, before what Akka itself would do.</summary>
    internal static Config AkkaConfig(McrSettings settings) => ConfigurationFactory.ParseString(settings.AkkaJson)
        .WithFallback($"akka.coordinated-shutdown.phases.service-stop.timeout = {(int)(settings.Worker.StopTimeout + StopMargin).TotalMilliseconds} ms")
        .WithFallback(AkkaDefaults);

    /// <summary>
    /// The host stops Akka, not Akka itself on SIGTERM: so the order is ours. Akka's clock need not be finer than what is timed with it: each
    /// of its ticks wakes three threads, on a CPU that a worker may want just then.
    /// </summary>
    private static readonly Config AkkaDefaults = ConfigurationFactory.ParseString("""
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        akka.loglevel = DEBUG
        akka.stdout-logger-class = "Mcr.Host.Mcrd.Logging.LastResortLogger, mcrd"
        akka.log-dead-letters = off
        akka.scheduler.tick-duration = 50ms
        akka.coordinated-shutdown.phases.service-unbind.timeout = 7s
        """);

    private static RelayOptions RelayOptionsOf(McrSettings settings) => new()
    {
        Version = ProductVersion.Text,
        Interfaces = settings.Interfaces,
        InterfaceDefaults = settings.InterfaceDefaults,
        StatsInterval = settings.StatsInterval,
        WorkerStartTimeout = settings.Worker.StartTimeout,
        WorkerStopTimeout = settings.Worker.StopTimeout,
        WorkerMemoryLimit = settings.Worker.MemoryLimit,
        WorkerRestarts = settings.Worker.Restarts,
        Standby = settings.Worker.Standby,
        AlarmDefaults = settings.AlarmDefaults,
    };

    private static LinuxPlatformOptions PlatformOptionsOf(McrSettings settings, KernelFeatures kernel, HostChanges? changes) => new(
        settings.Worker.ReceiveBuffer,
        settings.Worker.SendBuffer,
        kernel.Segmentation && settings.Worker.Segmentation,
        settings.RuntimeDirectory,
        Capabilities.User,
        settings.Worker.OrphanGrace is { } grace ? (int)grace.TotalMilliseconds : WorkerOptions.Forever)
    {
        Features = changes,
        MaxAgeMilliseconds = (int)settings.Worker.MaxAge.TotalMilliseconds,
    };

    /// <summary>Everything is handed to it: what is logged is decided there, and may change.</summary>
    private static ILoggerFactory OpenLog(LogSettings settings, LogControl control)
    {
        bool isJournal = Journal.IsStandardError(Environment.GetEnvironmentVariable(Journal.Variable));
        var stderr = new StreamWriter(Console.OpenStandardError());
        return LoggerFactory.Create(logging => HealthNews.Quieten(logging)
            .SetMinimumLevel(LogLevel.Trace)
            .AddProvider(new StderrLog(control, new LogFormat(settings.Json, isJournal), new RepeatFilter(settings.Repeats, settings.RepeatPeriod), stderr, TimeProvider.System)));
    }

    /// <summary>What each worker says, under the facility that it names.</summary>
    private static Action<LogFacility, LogVerbosity, string, string> WorkersIn(ILoggerFactory loggers)
    {
        var byFacility = Enum.GetValues<LogFacility>().ToDictionary(f => f, f => loggers.CreateLogger(LogCategories.OfWorker(f)));
        return (facility, level, worker, sentence) => byFacility[facility].Log(StderrLog.LevelOf(level), "{Worker}: {Sentence}", worker, sentence);
    }

    private static Action<string> Warn<T>(ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger<T>();
        return sentence => log.LogWarning("{Sentence}", sentence);
    }

    private static void LogStart(ILoggerFactory loggers, McrSettings settings, Capabilities capabilities, KernelFeatures kernel)
    {
        ILogger log = loggers.CreateLogger(LogCategories.Daemon);
        ILogger network = loggers.CreateLogger<KernelFeatures>();
        ILogger security = loggers.CreateLogger<Capabilities>();
        log.LogInformation("mcrd {Version} starts as {Node} (pid {Pid}, Linux {Release})", ProductVersion.Text, settings.NodeName, Environment.ProcessId, kernel.Release);
        foreach (string sentence in kernel.Describe())
            network.LogInformation("kernel: {Feature}", sentence);
        foreach (string sentence in capabilities.Consequences())
            security.LogWarning("rights: {Consequence}", sentence);
    }

    /// <summary>When every rule of the files is known to run or to wait, and the control socket answers.</summary>
    private static async Task AnnounceAsync(IHost host, ILogger log, ServiceManager manager, McrSettings settings)
    {
        Akka.Actor.IActorRef relay = await host.Services.GetRequiredService<IRequiredActor<RelaySupervisor>>().GetAsync();
        CommandResult result;
        try
        {
            result = await Akka.Actor.Futures.Ask<CommandResult>(relay, new RelayQueries.WhenSettled(LongestStart), LongestStart + TimeSpan.FromSeconds(1));
        }
        catch (Akka.Actor.AskTimeoutException)
        {
            result = new CommandResult.Ok("the rules are still being set up");
        }

        if (result is not CommandResult.Ok { Sentence: var state })
            return; // stopped meanwhile
        if (await Task.Run(() => ControlCheck.Run(settings.Control.Socket)) is { } problem) // not sooner: what it compiles would delay the first datagram
            log.LogWarning("the control socket does not answer as it should: {Problem}", problem);
        manager.Ready(state);
        log.LogInformation("mcrd is ready after {Milliseconds} ms: {State}; control socket {Socket}", (long)(DateTime.Now - StartedAt).TotalMilliseconds, state, settings.Control.Socket);
    }
}
