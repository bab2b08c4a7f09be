using Mcr.Native.Rules;

namespace Mcr.Native.Loop;

/// <summary>What comes in at the feed sockets, and the rules with several inputs that it is for. Replaced whole, with the table.</summary>
/// <param name="Feeds">Each socket that some rule has an input at.</param>
/// <param name="Streams">By <see cref="RuleEntry.Stream"/>.</param>
internal sealed record FeedTable(Feed[] Feeds, FedRule[] Streams)
{
    public static readonly FeedTable None = new([], []);

    public bool IsEmpty => Streams.Length + Feeds.Length == 0;

    /// <summary>Frames that can wait in all of them.</summary>
    public int QueueFrames { get; } = Feeds.Sum(f => f.Inlet.QueueFrames);
}

/// <param name="Rules">Whose a datagram is that comes in there, and which of the rule's inputs.</param>
internal sealed record Feed(FrameInlet Inlet, RuleTable Rules);

/// <param name="Inlets">Of its inputs, in order; null: from nowhere at present.</param>
internal sealed record FedRule(SelectedStream Stream, RuleEntry Entry, FrameInlet?[] Inlets);
