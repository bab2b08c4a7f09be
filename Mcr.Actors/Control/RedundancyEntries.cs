using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>A redundant rule, as the node that answers knows it.</summary>
/// <param name="Forwarding">The nodes that forward it; more than one for a moment, or in islands.</param>
/// <param name="Nodes">In the order in which they go first.</param>
public sealed record RedundancyEntry(string RuleId, string? Name, IReadOnlyList<string> Forwarding, IReadOnlyList<RedundancyNodeEntry> Nodes)
{
    /// <summary>What keeps a takeover from being as quick as it should, as a sentence; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }
}

/// <param name="Role"><c>forwarding</c>, <c>standby</c>, <c>unfit</c> (it cannot now), <c>drained</c>, <c>missing</c> (it has no such rule) or <c>unknown</c>.</param>
public sealed record RedundancyNodeEntry(string Node, string Role)
{
    /// <summary>In that role.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Why it has that role, as a sentence.</summary>
    public string? Why { get; init; }

    /// <summary>Why it cannot forward, as a sentence; null: it can.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unfit { get; init; }

    /// <summary>What of it does not work, as a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Degraded { get; init; }

    /// <summary>Its input brings datagrams.</summary>
    public bool? Flowing { get; init; }

    /// <summary>It has heard others on the output's segment.</summary>
    public bool? Hears { get; init; }
}
