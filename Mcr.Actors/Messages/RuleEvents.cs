using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>From a rule's actor to the supervisor.</summary>
internal static class RuleEvents
{
    /// <param name="Revision">Of the interface's rules that the view is true of; 0 while the interface has said nothing of it.</param>
    public sealed record Changed(RuleView View, long Revision);

    /// <summary>The actor crashed and knows nothing any more.</summary>
    public sealed record Restarted(RuleId Id);
}
