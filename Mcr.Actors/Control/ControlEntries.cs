using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <param name="Status">Pending, Active, Degraded or Failed.</param>
/// <param name="Why">A sentence, unless it is active.</param>
/// <param name="Since">When it came into this status.</param>
/// <param name="Origin">Where the rule comes from: a file or the command line.</param>
/// <param name="Source">The only sender; null for any.</param>
public sealed record RuleEntry(
    string RuleId,
    string? Name,
    string InputInterface,
    string InputGroup,
    int InputPort,
    IReadOnlyList<OutputEntry> Outputs,
    string Status,
    string? Why,
    DateTimeOffset Since,
    string Origin,
    string? Source) : RuleTraits
{
    /// <summary>Of a rule with <see cref="RuleTraits.Ha"/>: who forwards it, and who stands by; null where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedundancyEntry? Redundancy { get; init; }

    /// <summary>Of what comes by a leg from another node; null: it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LegFromEntry? LegFrom { get; init; }
}

/// <summary>The rule at whose output a leg begins.</summary>
/// <param name="Node">That has it.</param>
/// <param name="RuleId">Its id there.</param>
public sealed record LegFromEntry(string Node, string RuleId);

/// <summary>What of a rule is rarely given, and in every answer that has a rule in it.</summary>
public abstract record RuleTraits
{
    /// <summary>Whether it is only accepted when forced.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Force { get; init; }

    /// <summary>The last of a range of ports, whose first is the input port.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InputLastPort { get; init; }

    /// <summary>How the groups of a prefix are joined; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Join { get; init; }

    /// <summary>Further inputs, behind the one that is given above; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InputEntry>? Inputs { get; init; }

    /// <summary>With <see cref="InputRule"/>, where the first input is a rule's of another node, in place of an interface, a group and a port, which are empty and 0 then; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputNode { get; init; }

    /// <summary>Its id or its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputRule { get; init; }

    /// <summary>How several inputs become one stream; null: there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Select { get; init; }

    /// <summary>How its payloads are looked at; null for auto.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Analyse { get; init; }

    /// <summary>Which of its troubles are alarms; null: as for all rules.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Alarms { get; init; }

    /// <summary>Which nodes back each other up for it; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ha { get; init; }

    /// <summary>Those that are raised; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AlarmEntry>? ActiveAlarms { get; init; }
}

/// <param name="CoreId">The first of <paramref name="Cores"/>; null when it may run on all.</param>
/// <param name="Status">Starting, Running, Backoff, Killed or Stopping.</param>
/// <param name="Number">Of those on one interface, from 0.</param>
/// <param name="RulesetHash">What it runs.</param>
/// <param name="ExpectedHash">What it is to run.</param>
/// <param name="Sync">Synced, Updating, Drifted or Repairing.</param>
/// <param name="Repairs">How often it had to be told all rules again.</param>
public sealed record WorkerEntry(
    int Pid,
    int? CoreId,
    string Interface,
    string Status,
    int Number,
    IReadOnlyList<int> Cores,
    int Restarts,
    string RulesetHash,
    string ExpectedHash,
    string Sync,
    int Repairs)
{
    /// <summary>Over all processes that have had this place.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CountersEntry? Counters { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RatesEntry? Rates { get; init; }

    /// <inheritdoc cref="OutputStatsEntry.LastSeen"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSeen { get; init; }
}

/// <param name="PacketsRelayed">Datagrams that the rule matched, each counted once whatever the number of outputs.</param>
/// <param name="BytesRelayed">Their payload.</param>
/// <param name="PacketsPerSecond">Matched, over the last interval.</param>
/// <param name="Sent">Datagrams, over all outputs.</param>
/// <param name="Errors">Datagrams not sent, over all outputs.</param>
public sealed record StatsEntry(
    string InputGroup,
    int InputPort,
    long PacketsRelayed,
    long BytesRelayed,
    double PacketsPerSecond,
    double BitsPerSecond,
    string RuleId,
    string? Name,
    string InputInterface,
    long Sent,
    long Errors)
{
    /// <summary>null where nothing is known of them yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OutputStatsEntry>? Outputs { get; init; }

    /// <summary>The last of a range of ports, whose first is the input port.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InputLastPort { get; init; }

    /// <inheritdoc cref="RuleTraits.Inputs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InputEntry>? Inputs { get; init; }

    /// <inheritdoc cref="RuleTraits.InputNode"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputNode { get; init; }

    /// <inheritdoc cref="RuleTraits.InputRule"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputRule { get; init; }

    /// <inheritdoc cref="RuleTraits.Select"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Select { get; init; }

    /// <summary>What its several inputs have brought, and how each of them is; null: there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SelectionEntry? Selection { get; init; }

    /// <inheritdoc cref="RuleEntry.LegFrom"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LegFromEntry? LegFrom { get; init; }

    /// <summary>null where nothing was matched yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StreamEntry? Stream { get; init; }

    /// <summary>How often a datagram came from another sender than the one before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SourceChanges { get; init; }

    /// <summary>Those that are raised; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AlarmEntry>? Alarms { get; init; }

    /// <summary>Over all outputs, as <see cref="OutputStatsEntry.ErrorsByReason"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? ErrorsByReason { get; init; }

    /// <inheritdoc cref="RuleEntry.Status"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <inheritdoc cref="RuleEntry.Why"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RatesEntry? Rates { get; init; }

    /// <inheritdoc cref="OutputStatsEntry.LastSeen"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Who has the numbers has not answered in time: they are zeros that mean nothing. Not sent.</summary>
    [JsonIgnore]
    public bool IsUnanswered { get; init; }
}

/// <param name="Alarm">Such as <c>silence</c>.</param>
/// <param name="Message">A sentence: what it was raised for.</param>
public sealed record AlarmEntry(string Alarm, DateTimeOffset Since, string Message);

/// <param name="Present">Whether there is such a device now; the members up to <paramref name="Addresses"/> mean nothing without.</param>
/// <param name="Rules">How many rules take their input here.</param>
/// <param name="Workers">How many workers it has.</param>
public sealed record InterfaceEntry(
    string Name,
    bool Present,
    int? Index,
    string? Kind,
    bool Up,
    bool Running,
    bool Multicast,
    int? Mtu,
    IReadOnlyList<string> Addresses,
    int Rules,
    int Workers)
{
    /// <summary>How often memberships that had vanished were joined again, or settings that another program had changed set again.</summary>
    public long Repairs { get; init; }

    /// <summary>Of each address family in which groups are joined here; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<QuerierEntry>? Queriers { get; init; }

    /// <summary>Of what came in here, over all workers; null where no rule takes its input.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CountersEntry? Counters { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RatesEntry? Rates { get; init; }

    /// <inheritdoc cref="OutputStatsEntry.LastSeen"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastSeen { get; init; }
}

/// <param name="Field">A path such as <c>input.group</c> or <c>outputs[1].port</c>; null when it is about no field.</param>
public sealed record ProblemEntry(string? Field, string Sentence)
{
    public override string ToString() => Field is null ? Sentence : $"{Field}: {Sentence}";
}

/// <param name="Version">Of the program that answers.</param>
public sealed record VersionEntry(int ProtocolVersion, string Version)
{
    /// <summary>null from an mcrd that does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SavingEntry? Saving { get; init; }

    /// <summary>null where events are posted nowhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WebhookEntry? Webhook { get; init; }
}

/// <summary>Whether what is changed at run time survives a restart of mcrd.</summary>
/// <param name="Persist">As configured.</param>
/// <param name="StateDirectory">null: nothing is saved.</param>
/// <param name="Error">Why it cannot be saved just now; null when it is.</param>
/// <param name="FailingSince">When that began.</param>
public sealed record SavingEntry(bool Persist, string? StateDirectory, string? Error, DateTimeOffset? FailingSince);
