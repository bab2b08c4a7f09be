using System.Collections.Immutable;
using Mcr.Native.Egress;
using Mcr.Native.Logging;

namespace Mcr.Native.Worker;

/// <summary>
/// What mcrd and a worker say to each other: one SEQPACKET record each. Little-endian, as the machine.
/// <code>
/// 0   u8   protocol version (5)
/// 1   u8   type
/// 2   u16  how many descriptors come with it (SCM_RIGHTS)
/// 4   …    body
///
/// type 1 Hello     u16 ingress sockets, WorkerPlace, WorkerOptions              descriptors: slot, adoption socket, ingress sockets
///      2 Sockets   u16 n, n × (u32 id, u8 kind, u64 link address, text tag;      descriptors: n egress sockets
///                                          of a feed: u32 frame size, u32 block size, u32 blocks, u8 link header)
///      3 Rules     u64 generation, u32 bytes                                     descriptor: a sealed memfd, see ResolvedRuleCodec
///      4 Forget    u16 n, n × u32 id
///      5 Stop
///      6 Change    u64 base generation, u64 generation, u32 bytes                descriptor: a sealed memfd, see ResolvedRuleCodec
///      7 Hold      u64 ticket
///      8 Drain     u64 ticket
///      9 Resume
///     10 Keep      u16 n, n × (u32 id, text tag)                                descriptors: n of any kind
///     11 Unkeep    u16 n, n × u32 id
///     12 Levels    u8 global, u16 n, n × (u8 facility, u8 level)
///     16 Ready     u32 pid, u32 thread of the loop
///     17 Applied   u64 generation, u64 hash
///     18 Refused   u64 generation, u16 bytes, UTF-8 sentence
///     19 Obeyed    u64 ticket
///     20 Handover  u16 ingress sockets, WorkerPlace, WorkerOptions, u64 generation, u64 hash
///                                                                                descriptors: slot, then ingress sockets
///     21 Said      u8 facility, u8 level, u16 bytes, UTF-8 sentence
/// </code>
/// A text is u16 bytes, UTF-8. To whoever adopts it a worker says Handover, then as many Sockets and Keep as it takes to give back everything it has
/// been handed, and at last Rules: what it runs.
/// </summary>
public abstract record WorkerMessage
{
    public const byte ProtocolVersion = 5;

    /// <summary>Descriptors in one record; below SCM_MAX_FD (253).</summary>
    public const int MaxDescriptors = 200;

    /// <summary>Ids in one Forget, and bytes of a sentence: whatever is said fits one small record.</summary>
    public const int MaxIds = 4096;

    public const int MaxSentenceBytes = 4096;

    /// <summary>Bytes of a tag; with as many as a record takes descriptors there is room for <see cref="MaxTags"/> in all.</summary>
    public const int MaxTagBytes = 2048;

    /// <summary>Bytes of all tags of one record.</summary>
    public const int MaxTags = 24 * 1024;

    /// <summary>Bytes of the largest record.</summary>
    public const int MaxRecord = 32 * 1024;

    /// <summary>First message. The slot, the socket to be adopted by and the ingress sockets come with it.</summary>
    public sealed record Hello(WorkerPlace Place, WorkerOptions Options, int IngressSockets) : WorkerMessage;

    public sealed record Sockets(ImmutableArray<PassedSocket> Items) : WorkerMessage
    {
        public bool Equals(Sockets? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Length;
    }

    public sealed record Rules(long Generation, int Bytes) : WorkerMessage;

    /// <summary>A few rules of many; refused by a worker that does not run the rules of <paramref name="Base"/>.</summary>
    public sealed record Change(long Base, long Generation, int Bytes) : WorkerMessage;

    public sealed record Forget(ImmutableArray<int> Ids) : WorkerMessage
    {
        public bool Equals(Forget? other) => other is not null && Ids.SequenceEqual(other.Ids);

        public override int GetHashCode() => Ids.Length;
    }

    public sealed record Stop : WorkerMessage;

    /// <summary>Take no more frames until <see cref="Resume"/>; rules are taken as ever. Answered by <see cref="Obeyed"/>.</summary>
    public sealed record Hold(long Ticket) : WorkerMessage;

    /// <summary>Answered by <see cref="Obeyed"/> when everything is sent that had arrived before this.</summary>
    public sealed record Drain(long Ticket) : WorkerMessage;

    public sealed record Resume : WorkerMessage;

    /// <summary>
    /// Descriptors that the worker has no use for: they live as long as it does, and whoever adopts it gets them. Memberships, so that groups stay
    /// joined when mcrd dies.
    /// </summary>
    public sealed record Keep(ImmutableArray<KeptItem> Items) : WorkerMessage
    {
        public bool Equals(Keep? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Length;
    }

    public sealed record Unkeep(ImmutableArray<int> Ids) : WorkerMessage
    {
        public bool Equals(Unkeep? other) => other is not null && Ids.SequenceEqual(other.Ids);

        public override int GetHashCode() => Ids.Length;
    }

    /// <summary>From which level on it says something.</summary>
    public sealed record Levels(LogLevels Value) : WorkerMessage;

    public sealed record Ready(int Pid, int LoopThread) : WorkerMessage;

    public sealed record Applied(long Generation, ulong Hash) : WorkerMessage;

    public sealed record Refused(long Generation, string Sentence) : WorkerMessage;

    public sealed record Obeyed(long Ticket) : WorkerMessage;

    /// <summary>The first message to whoever adopts this worker. The slot and the ingress sockets come with it.</summary>
    /// <param name="Generation">Of the rules that run; 0 for none yet.</param>
    public sealed record Handover(WorkerPlace Place, WorkerOptions Options, int IngressSockets, long Generation, ulong Hash) : WorkerMessage;

    /// <summary>For the log of mcrd.</summary>
    public sealed record Said(LogFacility Facility, LogVerbosity Level, string Sentence) : WorkerMessage;

    /// <summary>How many descriptors a record of this message carries.</summary>
    public int Descriptors => this switch
    {
        Hello hello => 2 + hello.IngressSockets,
        Handover handover => 1 + handover.IngressSockets,
        Sockets sockets => sockets.Items.Length,
        Keep keep => keep.Items.Length,
        Rules or Change => 1,
        _ => 0,
    };
}

/// <summary>An egress socket on its way to a worker; see <see cref="EgressSocket"/>.</summary>
/// <param name="Tag">mcrd's own words about it, which the worker gives back to whoever adopts it; empty for none.</param>
public readonly record struct PassedSocket(int Id, EgressKind Kind, ulong LinkAddress = 0, string Tag = "")
{
    /// <summary>Of <see cref="EgressKind.Feed"/>.</summary>
    public FeedShape Feed { get; init; }
}

/// <summary>A descriptor that a worker only keeps.</summary>
/// <param name="Tag">As with <see cref="PassedSocket"/>.</param>
public readonly record struct KeptItem(int Id, string Tag);
