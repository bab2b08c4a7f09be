using System.Collections.Immutable;
using System.Net;

namespace Mcr.Native.Rules;

/// <summary>How a rule whose input is a prefix makes the network send its groups.</summary>
public enum JoinKind : byte
{
    /// <summary>Every group of the prefix is joined, of which there are few.</summary>
    All,

    /// <summary>Those in <see cref="GroupJoin.Groups"/>.</summary>
    Listed,

    /// <summary>None: the device takes every multicast frame in (PACKET_MR_ALLMULTI), and what the network sends is somebody else's business.</summary>
    AllMulticast,

    /// <summary>None, and nothing is done to the device: the network sends them anyway.</summary>
    None,
}

/// <param name="Groups">In order; empty unless they are listed.</param>
public sealed record GroupJoin(JoinKind Kind, ImmutableArray<IPAddress> Groups)
{
    /// <summary>More groups than these are joined only when they are listed: each costs a slot in the host's and the switch's tables.</summary>
    public const int MostImplied = 256;

    public const int MostListed = 1024;

    public static readonly GroupJoin All = new(JoinKind.All, []);

    /// <summary>As a rule has it: <c>all</c>, <c>all-multicast</c>, <c>none</c>, or the groups with commas.</summary>
    public override string ToString() => Kind switch
    {
        JoinKind.All => "all",
        JoinKind.AllMulticast => "all-multicast",
        JoinKind.None => "none",
        _ => string.Join(',', Groups),
    };

    public bool Equals(GroupJoin? other) => other is not null && Kind == other.Kind && Groups.SequenceEqual(other.Groups);

    public override int GetHashCode() => HashCode.Combine(Kind, Groups.Length);
}
