namespace Mcr.Actors.Control;

/// <summary>What mcrd answers, in the shapes that the Rust program prints; more members than it has are fine with its users' scripts.</summary>
public abstract record ControlResponse
{
    private ControlResponse()
    {
    }

    public sealed record Rules(IReadOnlyList<RuleEntry> Entries) : ControlResponse;

    public sealed record Workers(IReadOnlyList<WorkerEntry> Entries) : ControlResponse;

    public sealed record Stats(IReadOnlyList<StatsEntry> Entries) : ControlResponse;

    public sealed record Interfaces(IReadOnlyList<InterfaceEntry> Entries) : ControlResponse;

    /// <summary>What was recorded of a rule's datagrams.</summary>
    public sealed record Trace(TraceEntry Entry) : ControlResponse;

    public sealed record Events(EventsEntry Entry) : ControlResponse;

    public sealed record LogLevels(LogLevelsEntry Entry) : ControlResponse;

    public sealed record Config(ConfigEntry Entry) : ControlResponse;

    /// <summary>The oldest first.</summary>
    public sealed record Audit(IReadOnlyList<AuditEntry> Entries) : ControlResponse;

    public sealed record Changes(ChangesEntry Entry) : ControlResponse;

    public sealed record ClusterStatus(ClusterEntry Entry) : ControlResponse;

    /// <summary>By node and rule.</summary>
    public sealed record ClusterRules(IReadOnlyList<ClusterRuleEntry> Entries) : ControlResponse;

    /// <summary>To a node whose rule has a leg to this one.</summary>
    public sealed record Leg(LegOfferEntry Entry) : ControlResponse;

    /// <summary>Done, or accepted; the sentence says which.</summary>
    public sealed record Success(string Sentence) : ControlResponse
    {
        /// <summary>What it did to the rules, for the audit log; it is not sent.</summary>
        internal ChangesEntry? Done { get; init; }
    }

    /// <summary>Nothing was done; every problem, not only the first.</summary>
    public sealed record Error(IReadOnlyList<ProblemEntry> Problems) : ControlResponse
    {
        public Error(string sentence)
            : this([new ProblemEntry(null, sentence)])
        {
        }

        /// <summary>It may have been done all the same: nobody has heard. Not sent: the sentence says it.</summary>
        internal bool IsUnknown { get; init; }

        /// <summary>It was for a node of which nobody has heard. Not sent.</summary>
        internal bool IsForNobody { get; init; }

        /// <summary>The connection is closed after it. Not sent.</summary>
        internal bool IsLast { get; init; }
    }

    public sealed record Pong : ControlResponse;

    public sealed record Version(VersionEntry Entry) : ControlResponse;
}
