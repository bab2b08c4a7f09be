using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>From a rule's actor to the supervisor.</summary>
internal static class RuleEvents
{
    public sealed record Changed(RuleView View, long Revision);

    /// <summary>The actor crashed and knows nothing any more.</summary>
    public sealed record Restarted(RuleId Id);
}
