using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>A redundant rule on this node, as its workers have it. Immutable.</summary>
/// <param name="IsForwarding">One of them at least.</param>
/// <param name="Since">When it came into that role.</param>
internal sealed record TakeoverView(ForwardingRule Rule, bool IsForwarding, TakeoverCause Cause, DateTimeOffset Since)
{
    /// <summary>Of silence before the last takeover, as measured by the loop; null: nobody had been heard before.</summary>
    public TimeSpan? Gap { get; init; }

    public long Takeovers { get; init; }

    public long Yields { get; init; }

    /// <summary>Its input brought a datagram lately.</summary>
    public bool IsFlowing { get; init; }

    /// <summary>Somebody was heard on the output lately who may be another node.</summary>
    public bool IsCrowded { get; init; }

    /// <summary>Another node was heard on the output lately.</summary>
    public bool IsHeard { get; init; }

    /// <summary>Which one, the last time; null: none ever was.</summary>
    public int? HeardRank { get; init; }

    /// <summary>Others were heard, so that silence means something.</summary>
    public bool IsProven { get; init; }

    /// <summary>Datagrams have left since the last look.</summary>
    public bool IsSending { get; init; }

    /// <summary>Senders to its outputs that are no nodes of it, in datagrams.</summary>
    public long Strangers { get; init; }

    /// <summary>Why it cannot forward at all; null: it can.</summary>
    public string? Unfit { get; init; }

    /// <summary>What it does without although it can; null: nothing.</summary>
    public string? Degraded { get; init; }

    /// <summary>Why nobody can be heard on any of its outputs; null: they can.</summary>
    public string? Deaf { get; init; }

    /// <summary>Where its outputs' datagrams come from: MAC addresses.</summary>
    public ImmutableArray<ulong> Links { get; init; } = [];

    /// <summary>IPv4 addresses of its outputs' devices.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>Nothing in it is news to who knows <paramref name="other"/>.</summary>
    public bool SaysTheSameAs(TakeoverView other) =>
        (this with { Links = [], Addresses = [], Strangers = Math.Sign(Strangers) }) == (other with { Links = [], Addresses = [], Strangers = Math.Sign(other.Strangers) })
        && Links.SequenceEqual(other.Links) && Addresses.SequenceEqual(other.Addresses);
}
