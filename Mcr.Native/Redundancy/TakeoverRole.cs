namespace Mcr.Native.Redundancy;

/// <summary>What one loop does with the datagrams of a redundant rule.</summary>
public enum TakeoverRole
{
    /// <summary>Counts them and sends nothing.</summary>
    Standby,

    /// <summary>Sends them.</summary>
    Forwarding,
}

/// <summary>Why a loop has the role that it has.</summary>
public enum TakeoverCause
{
    /// <summary>It has had no other yet.</summary>
    Began,

    /// <summary>Its own input flowed for takeover-after, and nothing was heard on the output's segment.</summary>
    Silence,

    /// <summary>Of a flow with few datagrams, several in a row came in here and were not heard on the output's segment.</summary>
    Unanswered,

    /// <summary>mcrd said so: handed over by hand, drained, reverted, or nobody else there.</summary>
    Ordered,

    /// <summary>The loop had stood still, and nobody had taken over meanwhile.</summary>
    Resumed,

    /// <summary>Another one that goes first was heard.</summary>
    Outranked,

    /// <summary>The one was heard that this rule was handed over to.</summary>
    HandedOver,

    /// <summary>Its own input is silent, and another forwards.</summary>
    InputSilent,

    /// <summary>mcrd has said that it cannot, or is not to: a link is down, or the node is drained.</summary>
    Withheld,

    /// <summary>The loop stood still for longer than takeover-after.</summary>
    Frozen,

    /// <summary>Another forwards as well and neither hears the other; the cluster says so.</summary>
    Fenced,
}
