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

    /// <summary>Adds a rule, or replaces the one with the same input.</summary>
    public sealed record Add : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }

        public string? InputInterface { get; init; }

        public string? InputGroup { get; init; }

        public string? InputPort { get; init; }

        /// <summary>Take datagrams of this sender only.</summary>
        public string? Source { get; init; }

        public IReadOnlyList<OutputText> Outputs { get; init; } = [];

        /// <summary>Accept what is refused by default, see <see cref="Mcr.Native.Rules.RuleDraft.Force"/>.</summary>
        public bool Force { get; init; }
    }

    /// <summary>Removes a rule by its id or its name; exactly one is given.</summary>
    public sealed record Remove : ControlRequest
    {
        public string? RuleId { get; init; }

        public string? Name { get; init; }
    }

    /// <summary>Another number of workers for an interface, until mcrd ends.</summary>
    public sealed record SetWorkers : ControlRequest
    {
        public string? Interface { get; init; }

        public string? Count { get; init; }
    }

    /// <summary>mcrd leaves and its workers stay, for the next mcrd.</summary>
    public sealed record UpgradeHold : ControlRequest;

    public sealed record ListRules : ControlRequest;

    public sealed record Stats : ControlRequest;

    public sealed record ListWorkers : ControlRequest;

    public sealed record Interfaces : ControlRequest;

    public sealed record GetLogLevels : ControlRequest;

    /// <summary>A global level, or a facility and its level (<c>default</c>: the global one again), or both; until mcrd ends.</summary>
    public sealed record SetLogLevel : ControlRequest
    {
        public string? Global { get; init; }

        public string? Facility { get; init; }

        public string? Level { get; init; }
    }

    public sealed record Ping : ControlRequest;

    public sealed record Version : ControlRequest;
}

/// <summary>An output as the operator wrote it; an <see cref="OutputEntry"/> of a list can be read as one.</summary>
public sealed record OutputText
{
    public string? Group { get; init; }

    public string? Port { get; init; }

    public string? Interface { get; init; }

    public string? Ttl { get; init; }

    public string? Source { get; init; }

    public string? Dscp { get; init; }

    public string? RateLimit { get; init; }

    public string? MaxBurst { get; init; }

    public string? Pace { get; init; }

    public string? Priority { get; init; }
}
