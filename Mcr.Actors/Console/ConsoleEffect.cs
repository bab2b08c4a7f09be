using Mcr.Actors.Control;

namespace Mcr.Actors.Console;

/// <summary>What is to be done about something that happened to the sessions.</summary>
internal abstract record ConsoleEffect
{
    private ConsoleEffect()
    {
    }

    /// <summary>To whoever sent what is being handled.</summary>
    public sealed record Reply(ConsoleMessage Message) : ConsoleEffect;

    /// <summary>A request is whole: have it answered.</summary>
    public sealed record Handle(string Token, long Id, ControlPeer Peer, byte[] Bytes) : ConsoleEffect;

    /// <summary>For the log.</summary>
    public sealed record Say(string Sentence, bool IsWarning) : ConsoleEffect;
}
