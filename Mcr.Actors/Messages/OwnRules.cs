using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>The rules of this node, as the cluster is told of them.</summary>
/// <param name="Revision">For <see cref="RelayCommands.ChangeRules.OnRevision"/>.</param>
internal sealed record OwnRules(ImmutableArray<OwnRule> Rules, long Revision)
{
    /// <summary>To <c>/user/relay</c>, which answers with <see cref="OwnRules"/>, or a <see cref="Akka.Actor.Status.Failure"/> when mcrd is stopping.</summary>
    public sealed record Get;

    /// <summary>To <c>/user/relay</c>: answered by <see cref="StateEvents.Flushed"/> when what was changed so far is on disk, or cannot be; when mcrd is stopping, by a <see cref="Akka.Actor.Status.Failure"/>.</summary>
    public sealed record WhenSaved;

    /// <summary>They are others. Published on Akka's EventStream.</summary>
    public sealed record Changed;
}

/// <param name="IsFile">It is in a file of this node exactly so.</param>
internal sealed record OwnRule(ForwardingRule Rule, string Origin, bool IsFile);
