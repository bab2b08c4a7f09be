namespace Mcr.Actors.Messages;

/// <summary>To the owners of the ActorSystems beside the relay's.</summary>
internal static class BesideMessages
{
    /// <summary>See now whether the certificates were renewed; answered by <see cref="Looked"/>.</summary>
    public sealed record Look;

    /// <param name="Sentence">null: there is nothing new.</param>
    public sealed record Looked(string? Sentence);

    /// <summary>The names of those who may connect have changed in the settings in effect.</summary>
    public sealed record JudgeAnew;
}
