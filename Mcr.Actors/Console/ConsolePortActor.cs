using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Beside;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Console;

/// <summary>
/// <c>/user/console</c> of the relay's ActorSystem: owns the one that consoles connect to. Consoles that are connected when it is made anew begin another session by themselves.
/// </summary>
internal sealed class ConsolePortActor(ConsolePort port) : BesideActor<ConsolePortParts>(port.Gate, port.Time)
{
    protected override string Subject => "the console port";

    private ConsoleSettings Settings => port.Settings;

    protected override void PreStart()
    {
        if (!port.Running.Settings.AsksConsolesForCertificates)
            Log.Warning("consoles at {Place} are not asked for certificates (mcr.console): {Who} may do everything, in plain text", Settings.Address, Settings.Listen.IsLoopback ? "each user of this host" : "everybody who can connect");
        base.PreStart();
    }

    protected override void OnReceive(object message)
    {
        if (message is BesideMessages.JudgeAnew)
            Parts?.Console.Tell(message);
        else
            base.OnReceive(message);
    }

    protected override Func<ConsolePortParts> Making(CertificateFiles? lastGood)
    {
        ActorSystem relay = Context.System;
        return () => port.Open(relay, lastGood);
    }

    protected override string WhyEnded(ActorSystem system) => "its ActorSystem was terminated";

    protected override string WhyNotBegun(string problem) => problem;

    protected override void Became(BesideStage stage, string? why)
    {
        // Nobody asks for it: the log has it.
    }

    protected override void Began(ConsolePortParts parts, bool isBack)
    {
        parts.Console.Tell(new BesideMessages.JudgeAnew()); // who has come before this was heard of was judged by the names of then
        string shown = parts.Files is { } files ? $", and are shown '{files.Name}', good for {files.DaysLeft(port.Time.GetUtcNow())} days" : "";
        Log.Info("consoles may connect to akka.{Scheme}://{System}@{Place}{Shown}", parts.Files is null ? "tcp" : "ssl.tcp", ConsoleProtocol.SystemName, Settings.Address, shown);
        if (isBack)
            Publish(EventSeverity.Info, $"consoles can connect to {Settings.Listen} again");
    }

    protected override void Moved(string why) => Log.Info("consoles connect anew: {Why}", why);

    protected override void Failed(BesideEffect.Failed failed)
    {
        string sentence = $"consoles cannot connect to {Settings.Listen}: {failed.Why}; it is tried again {Sentences.In(failed.Delay)}. What is relayed is not touched";
        Log.Warning("{Sentence}", sentence);
        if (failed.IsFirst)
            Publish(EventSeverity.Warning, sentence);
    }

    private static void Publish(EventSeverity severity, string sentence) => Context.System.EventStream.Publish(new RelayEvent(severity, EventKind.ConsoleState, sentence));
}
