using Mcr.Actors.Control;

namespace Mcr.Actors.Console;

/// <summary>What the console's actor needs to know of the rest of mcrd.</summary>
/// <param name="Judge">Whose certificate this is (DER; empty: none was shown), or why it is not taken.</param>
/// <param name="Certificate">This mcrd's, DER; empty where none is asked for.</param>
/// <param name="Handle">Where requests of the control socket go.</param>
internal sealed record ConsoleOptions(
    string Node,
    string Version,
    Func<byte[], (ConsoleIdentity? Identity, string? Refusal)> Judge,
    byte[] Certificate,
    Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> Handle)
{
    public TimeSpan LongestAnswer { get; init; } = TimeSpan.FromSeconds(20);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
