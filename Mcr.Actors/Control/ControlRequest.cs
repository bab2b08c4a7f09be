using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>
/// What mcrctl may ask. Values that a rule is made of are text as the operator wrote it: whether it is a port or an address
/// is for the rule parser to say, in the same sentence as for a configuration file.
/// </summary>
public abstract record ControlRequest
{
    private ControlRequest()
    {
    }

    /// <summary>The node of the cluster that is to do it; null: this one. It is beside the command on the wire, not in it.</summary>
    [JsonIgnore]
    public string? Node { get; init; }

    /// <summary>
    /// Another node asks: this one's name as others know it; rules of its files stay as they are then. null: it is asked here. The gate says so, never who asks.
    /// </summary>
    [JsonIgnore]
    public string? OfOtherNode { get; init; }

    /// <summary>Adds a rule, or replaces the one with the same input.</summary>
    public sealed record Add : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }

        public string? InputInterface { get; init; }

        public string? InputGroup { get; init; }

        public string? InputPort { get; init; }

        /// <summary>Of a range of ports; or <see cref="InputPort"/> has both.</summary>
        public string? InputLastPort { get; init; }

        /// <summary>Take datagrams of this sender only.</summary>
        public string? Source { get; init; }

        /// <summary>With <see cref="InputRule"/>, and in place of an interface, a group and a port: the node of the rule that sends into this one.</summary>
        public string? InputNode { get; init; }

        /// <summary>That rule's id or name.</summary>
        public string? InputRule { get; init; }

        /// <summary>Further inputs, behind the one that is given above; null for none.</summary>
        public IReadOnlyList<InputText>? Inputs { get; init; }

        /// <inheritdoc cref="Mcr.Native.Rules.RuleDraft.Select"/>
        public string? Select { get; init; }

        public IReadOnlyList<OutputText> Outputs { get; init; } = [];

        /// <inheritdoc cref="Mcr.Native.Rules.RuleDraft.InputJoin"/>
        public string? Join { get; init; }

        /// <inheritdoc cref="Mcr.Native.Rules.RuleDraft.Analyse"/>
        public string? Analyse { get; init; }

        /// <inheritdoc cref="Mcr.Native.Rules.RuleDraft.Alarms"/>
        public string? Alarms { get; init; }

        /// <inheritdoc cref="Mcr.Native.Rules.RuleDraft.Redundancy"/>
        public string? Ha { get; init; }

        /// <summary>Accept what is refused by default, see <see cref="Mcr.Native.Rules.RuleDraft.Force"/>.</summary>
        public bool Force { get; init; }
    }

    /// <summary>Removes a rule by its id or its name; exactly one is given.</summary>
    public sealed record Remove : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }
    }

    /// <summary>
    /// Adds, replaces and removes rules, all of it or nothing. It is one change and not a sequence: what it removes is there before, and what it adds has to
    /// fit what is left. Problems are named <c>rules[i].field</c> and <c>removals[i].field</c>.
    /// </summary>
    public sealed record ChangeRules : ControlRequest
    {
        public IReadOnlyList<Add> Rules { get; init; } = [];

        public IReadOnlyList<Remove> Removals { get; init; } = [];

        /// <summary>Rules that are not in <see cref="Rules"/> are removed.</summary>
        public bool Replace { get; init; }

        /// <summary>Say what it would be, and do nothing.</summary>
        public bool DryRun { get; init; }

        /// <summary>A duration such as <c>60s</c>, within which it has to be confirmed, or it is taken back.</summary>
        public string? Confirm { get; init; }

        /// <summary>What the rules come from, for lists: a file's name.</summary>
        public string? From { get; init; }
    }

    /// <summary>The last change stays.</summary>
    public sealed record ConfirmChange : ControlRequest;

    /// <summary>Reads the files again and applies what differs.</summary>
    public sealed record Reload : ControlRequest;

    /// <summary>Writes what runs over the file that mcrd was started with.</summary>
    public sealed record SaveConfig : ControlRequest;

    /// <summary>The last changes, and who made them.</summary>
    public sealed record ShowAudit : ControlRequest
    {
        /// <summary>How many; null for some.</summary>
        public string? Last { get; init; }
    }

    /// <summary>What runs, as a configuration file.</summary>
    public sealed record ShowConfig : ControlRequest;

    /// <summary>Another number of workers for an interface, until mcrd ends.</summary>
    public sealed record SetWorkers : ControlRequest
    {
        public string? Interface { get; init; }

        public string? Count { get; init; }
    }

    /// <summary>mcrd leaves and its workers stay, for the next mcrd.</summary>
    public sealed record UpgradeHold : ControlRequest;

    /// <summary>Records what happens to datagrams of a rule, which is named by its id or its name.</summary>
    public sealed record TraceEnable : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }

        /// <summary>At most so many datagrams; none or 0: until the time is over.</summary>
        public string? First { get; init; }

        /// <summary>One in so many.</summary>
        public string? Every { get; init; }

        /// <summary>A duration such as <c>60s</c>.</summary>
        public string? For { get; init; }

        /// <summary>Bytes of payload of each.</summary>
        public string? Snap { get; init; }
    }

    public sealed record TraceDisable : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }
    }

    /// <summary>What was recorded; some records at a time.</summary>
    public sealed record TraceGet : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }

        /// <summary>As the last answer has it; none: from the beginning.</summary>
        public IReadOnlyList<long>? From { get; init; }

        /// <summary>As the last answer has it: if another trace has begun meanwhile, that one is read from its beginning.</summary>
        public uint? Session { get; init; }
    }

    public sealed record ListRules : ControlRequest;

    public sealed record Stats : ControlRequest;

    public sealed record ListWorkers : ControlRequest;

    public sealed record Interfaces : ControlRequest;

    /// <summary>What has happened: the last ones, or what came after an earlier answer; some events at a time.</summary>
    public sealed record Events : ControlRequest
    {
        /// <summary>So many of the last; none: 20.</summary>
        public string? Last { get; init; }

        /// <summary>As the last answer's <c>next</c> has it; it counts, and <see cref="Last"/> does not.</summary>
        public long? From { get; init; }
    }

    public sealed record GetLogLevels : ControlRequest;

    /// <summary>A global level, or a facility and its level (<c>default</c>: the global one again), or both; until mcrd ends.</summary>
    public sealed record SetLogLevel : ControlRequest
    {
        public string? Global { get; init; }

        public string? Facility { get; init; }

        public string? Level { get; init; }
    }

    /// <summary>Who belongs to the cluster, and how each is.</summary>
    public sealed record ClusterStatus : ControlRequest;

    /// <summary>The rules of all nodes, as this one knows them.</summary>
    public sealed record ClusterRules : ControlRequest;

    /// <summary>This node leaves the others in order, until it is told to join or mcrd starts anew; what it relays it goes on relaying.</summary>
    public sealed record ClusterLeave : ControlRequest;

    /// <summary>This node looks for the others again after it was told to leave.</summary>
    public sealed record ClusterJoin : ControlRequest;

    /// <summary>A node that cannot be reached and will not come back as it was is not waited for any more.</summary>
    public sealed record ClusterDown : ControlRequest
    {
        public string? Member { get; init; }
    }

    /// <summary>A node that is gone for good: its rules, too, are forgotten.</summary>
    public sealed record ClusterForget : ControlRequest
    {
        public string? Member { get; init; }
    }

    /// <summary>That node forwards a redundant rule, which is named by its id or its name, from now on.</summary>
    public sealed record ClusterTakeover : ControlRequest
    {
        public string? Rule { get; init; }

        public string? Member { get; init; }

        /// <summary>Why, where it is not by hand: then the preferred node may take it back.</summary>
        public string? Because { get; init; }
    }

    /// <summary>That node hands over its redundant rules, and takes none until it is told to again or its mcrd starts anew.</summary>
    public sealed record ClusterDrain : ControlRequest
    {
        public string? Member { get; init; }

        /// <summary>It may take rules again.</summary>
        public bool End { get; init; }
    }

    /// <summary>From node to node: forward a redundant rule until <see cref="Member"/> is heard.</summary>
    public sealed record ClusterYield : ControlRequest
    {
        public string? Rule { get; init; }

        public string? Member { get; init; }

        /// <summary>Forward it no more, whether or not it is heard.</summary>
        public bool Now { get; init; }
    }

    /// <summary>From node to node, and refused to everybody else: where a leg ends that begins there; answered by <see cref="ControlResponse.Leg"/>.</summary>
    public sealed record ClusterLeg : ControlRequest
    {
        /// <summary>The node that asks.</summary>
        public string? From { get; init; }

        /// <summary>Its rule's id.</summary>
        public string? Rule { get; init; }

        /// <summary>Which output of it.</summary>
        public string? Output { get; init; }

        /// <summary>16 hexadecimal digits; others whenever it has forgotten what it had sent.</summary>
        public string? Instance { get; init; }

        /// <summary>Of the leg, as it has it; null: it has none.</summary>
        public string? Id { get; init; }
    }

    public sealed record Ping : ControlRequest;

    public sealed record Version : ControlRequest;
}

/// <summary>A further input as the operator wrote it; an <see cref="InputEntry"/> of a list can be read as one.</summary>
public sealed record InputText
{
    public string? Group { get; init; }

    public string? Port { get; init; }

    public string? Interface { get; init; }

    public string? Source { get; init; }

    /// <inheritdoc cref="Mcr.Native.Rules.InputDraft.Node"/>
    public string? Node { get; init; }

    /// <inheritdoc cref="Mcr.Native.Rules.InputDraft.Rule"/>
    public string? Rule { get; init; }
}

/// <summary>An output as the operator wrote it; an <see cref="OutputEntry"/> of a list can be read as one.</summary>
public sealed record OutputText
{
    public string? Group { get; init; }

    public string? Port { get; init; }

    /// <summary>Of a range of ports; or <see cref="Port"/> has both.</summary>
    public string? LastPort { get; init; }

    public string? Interface { get; init; }

    public string? Ttl { get; init; }

    public string? Source { get; init; }

    public string? Dscp { get; init; }

    public string? RateLimit { get; init; }

    public string? MaxBurst { get; init; }

    public string? Pace { get; init; }

    public string? Priority { get; init; }

    /// <inheritdoc cref="Mcr.Native.Rules.OutputDraft.Node"/>
    public string? Node { get; init; }

    /// <inheritdoc cref="Mcr.Native.Rules.OutputDraft.Pair"/>
    public string? Pair { get; init; }

    /// <inheritdoc cref="Mcr.Native.Rules.OutputDraft.Rule"/>
    public string? Rule { get; init; }
}
