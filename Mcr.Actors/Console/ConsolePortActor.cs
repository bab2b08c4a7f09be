using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Cluster;
using Mcr.Actors.Relay;
using Mcr.Actors.Workers;

namespace Mcr.Actors.Console;

/// <summary>
/// <c>/user/console</c> of the relay's ActorSystem: owns the one that consoles connect to, and makes it anew when it ends, whatever ended it, and when its certificates
/// have been renewed. Consoles that are connected begin another session then, by themselves.
/// </summary>
internal sealed class ConsolePortActor(ConsolePort port) : UntypedActor, IWithTimers
{
    /// <summary>So soon are new certificates shown to consoles.</summary>
    internal static readonly TimeSpan FilesInterval = TimeSpan.FromSeconds(10);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly SystemMaking _making = new();
    private RestartPolicy _policy = RestartPolicy.Fresh;
    private ConsolePortParts? _open;
    private long _openedAt;
    private bool _isRenewed;
    private bool _hasWrongFiles;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (!port.HasCertificates)
            _log.Warning("consoles at {Place} are not asked for certificates (mcr.console): {Who} may do everything, in plain text", port.Settings.Address, port.Settings.Listen.IsLoopback ? "each user of this host" : "everybody who can connect");
        Open();
        Timers.StartPeriodicTimer(nameof(LookAtFiles), new LookAtFiles(), FilesInterval);
    }

    protected override void PostStop() => _making.End();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OpenAgain:
                Open();
                break;
            case Opened { Parts: { } parts }:
                _open = parts;
                _openedAt = port.Time.GetTimestamp();
                _log.Info("consoles may connect to akka.{Scheme}://{System}@{Place}", parts.Files is null ? "tcp" : "ssl.tcp", ConsoleProtocol.SystemName, port.Settings.Address);
                parts.System.WhenTerminated.PipeTo(Self, success: () => new Ended(parts.System));
                break;
            case Opened opened:
                Wait(opened.Problem!);
                break;
            case Ended ended when ended.System == _open?.System && _isRenewed:
                _open = null;
                _isRenewed = false;
                Open();
                break;
            case Ended ended when ended.System == _open?.System:
                Wait("its ActorSystem was terminated");
                break;
            case LookAtFiles when _open?.Files is { } files && !_isRenewed:
                Look(files.HaveChanged());
                break;
        }
    }

    private void Open()
    {
        ActorSystem relay = Context.System;
        Task.Run(() => _making.Keep(port.Open(relay), parts => parts.System)).PipeTo(Self, success: parts => new Opened(parts, null), failure: e => new Opened(null, SystemBeside.Innermost(e)));
    }

    private void Look(bool haveChanged)
    {
        if (!haveChanged)
            return;
        (Cluster.Tls.CertificateFiles? files, var problems) = Cluster.Tls.CertificateFiles.Read(port.Tls, port.Time.GetUtcNow());
        if (files is null)
        {
            if (!_hasWrongFiles)
                _log.Warning("the certificates have changed and cannot be used, so consoles are shown those from before: {Problems}", string.Join("; ", problems));
            _hasWrongFiles = true;
            return;
        }

        _hasWrongFiles = false;
        _isRenewed = true;
        _log.Info("the certificates have been renewed: consoles connect anew and are shown '{Name}', good for {Days} days", files.Name, files.DaysLeft(port.Time.GetUtcNow()));
        _ = _open!.System.Terminate();
    }

    private void Wait(string why)
    {
        TimeSpan lived = _open is null ? TimeSpan.Zero : port.Time.GetElapsedTime(_openedAt);
        _open = null;
        (_policy, TimeSpan delay, _) = _policy.Died(lived, port.Time.GetElapsedTime(0), Random.Shared.NextDouble(), SystemBeside.NoLimit);
        _log.Warning("consoles cannot connect to {Place}: {Why}; it is tried again {When}. What is relayed is not touched", port.Settings.Listen, why, Sentences.In(delay));
        Timers.StartSingleTimer(nameof(OpenAgain), new OpenAgain(), delay);
    }

    private sealed record OpenAgain;

    private sealed record LookAtFiles;

    private sealed record Opened(ConsolePortParts? Parts, string? Problem);

    private sealed record Ended(ActorSystem System);
}
