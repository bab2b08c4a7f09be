using Mcr.Actors.State;

namespace Mcr.Actors.Relay;

/// <summary>A change that is taken back unless it is confirmed.</summary>
/// <param name="Before">What is gone back to.</param>
/// <param name="Until">When that is.</param>
internal sealed record Unconfirmed(Overlay Before, DateTimeOffset Until)
{
    /// <summary>For who would change something meanwhile: what is gone back to would not have it.</summary>
    public string Refusal => $"a change waits for its confirmation until {Until:HH:mm:ss} UTC, and what is changed meanwhile would be taken back with it; confirm it first (mcrctl config confirm), or wait";
}
