using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>The cluster as one node sees it.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Node">Who answers.</param>
/// <param name="State"><c>off</c>, <c>starting</c>, <c>searching</c>, <c>member</c>, <c>waiting</c> (to be made anew) or <c>left</c>.</param>
/// <param name="Why">A sentence; null for a member.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="Members">By name.</param>
public sealed record ClusterEntry(string Cluster, string Node, string State, string? Why, DateTimeOffset? Since, IReadOnlyList<ClusterMemberEntry> Members)
{
    /// <summary>Seeds that were not reached, and why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Seeds { get; init; }

    /// <summary>How often this node's part of the cluster has ended by itself since mcrd started.</summary>
    public int Restarts { get; init; }

    /// <summary>What cannot be said just now, and why, as a sentence; null: all is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unknown { get; init; }

    /// <summary>Redundant rules of the node that answers: who forwards them, and who stands by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RedundancyEntry>? Redundant { get; init; }

    /// <summary>Legs that begin or end with the node that answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LegEntry>? Legs { get; init; }

    /// <summary>Concurrent changes of one rule of which one was given up, and what became of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Conflicts { get; init; }
}

/// <param name="Address">Where others dial it.</param>
/// <param name="Status">As Akka has it: <c>Up</c>, <c>Joining</c>, <c>Leaving</c> …, or <c>Absent</c>: it has rules and is not in the cluster.</param>
/// <param name="Reachable">As seen from the node that answers.</param>
/// <param name="Since">When it came into that status and reach.</param>
public sealed record ClusterMemberEntry(string Node, string Address, string Status, bool Reachable, DateTimeOffset? Since)
{
    /// <summary>Of mcrd there; null when it has not said.</summary>
    public string? Version { get; init; }

    /// <summary>Of the rules that it runs.</summary>
    public string? RulesetHash { get; init; }

    /// <summary>Of those that it is to run, as the node that answers knows them.</summary>
    public string? ExpectedHash { get; init; }

    /// <summary><c>Synced</c>, <c>Pending</c> (changes are under way to it) or <c>Drifted</c>; null when not known.</summary>
    public string? Sync { get; init; }

    /// <summary>Its rules by status, such as <c>Active</c>: 3.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, int>? Rules { get; init; }

    /// <summary>Its workers by status.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, int>? Workers { get; init; }

    /// <summary>Its interfaces that rules use: <c>up</c>, <c>down</c>, <c>missing</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Interfaces { get; init; }

    /// <summary>When it said so.</summary>
    public DateTimeOffset? ReportedAt { get; init; }
}

/// <param name="Node">Whose it is.</param>
/// <param name="Rule">As in its configuration; null where this version cannot read it.</param>
/// <param name="State"><c>File</c>: of a file of that node; <c>Running</c>: that node has it; <c>Pending</c>: on its way there; <c>Refused</c>: that node cannot have it.</param>
/// <param name="Why">A sentence; null for what runs.</param>
/// <param name="Origin">Who asked for it, or where it is written.</param>
public sealed record ClusterRuleEntry(string Node, string RuleId, string? Name, string? Rule, string State, string? Why, string Origin)
{
    /// <summary>Changes that were made of it at the same time and given up: who made them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Conflicts { get; init; }
}
