using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>A request on the wire: <c>{"version":1,"command":{"ListRules":{}}}</c>.</summary>
internal sealed record RequestEnvelope
{
    [JsonRequired]
    public int Version { get; init; }

    /// <summary>See <see cref="ControlRequest.Node"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Node { get; init; }

    [JsonRequired]
    public CommandEnvelope Command { get; init; } = new();
}

/// <summary>One member for each request, exactly one of them present: a union without a discriminator to invent.</summary>
internal sealed record CommandEnvelope
{
    [JsonPropertyName("Add")]
    public ControlRequest.Add? Add { get; init; }

    [JsonPropertyName("Remove")]
    public ControlRequest.Remove? Remove { get; init; }

    [JsonPropertyName("ChangeRules")]
    public ControlRequest.ChangeRules? ChangeRules { get; init; }

    [JsonPropertyName("ConfirmChange")]
    public ControlRequest.ConfirmChange? ConfirmChange { get; init; }

    [JsonPropertyName("Reload")]
    public ControlRequest.Reload? Reload { get; init; }

    [JsonPropertyName("SaveConfig")]
    public ControlRequest.SaveConfig? SaveConfig { get; init; }

    [JsonPropertyName("ShowAudit")]
    public ControlRequest.ShowAudit? ShowAudit { get; init; }

    [JsonPropertyName("ShowConfig")]
    public ControlRequest.ShowConfig? ShowConfig { get; init; }

    [JsonPropertyName("SetWorkers")]
    public ControlRequest.SetWorkers? SetWorkers { get; init; }

    [JsonPropertyName("UpgradeHold")]
    public ControlRequest.UpgradeHold? UpgradeHold { get; init; }

    [JsonPropertyName("TraceEnable")]
    public ControlRequest.TraceEnable? TraceEnable { get; init; }

    [JsonPropertyName("TraceDisable")]
    public ControlRequest.TraceDisable? TraceDisable { get; init; }

    [JsonPropertyName("TraceGet")]
    public ControlRequest.TraceGet? TraceGet { get; init; }

    [JsonPropertyName("ListRules")]
    public ControlRequest.ListRules? ListRules { get; init; }

    [JsonPropertyName("Stats")]
    public ControlRequest.Stats? Stats { get; init; }

    [JsonPropertyName("ListWorkers")]
    public ControlRequest.ListWorkers? ListWorkers { get; init; }

    [JsonPropertyName("Interfaces")]
    public ControlRequest.Interfaces? Interfaces { get; init; }

    [JsonPropertyName("Events")]
    public ControlRequest.Events? Events { get; init; }

    [JsonPropertyName("GetLogLevels")]
    public ControlRequest.GetLogLevels? GetLogLevels { get; init; }

    [JsonPropertyName("SetLogLevel")]
    public ControlRequest.SetLogLevel? SetLogLevel { get; init; }

    [JsonPropertyName("ClusterStatus")]
    public ControlRequest.ClusterStatus? ClusterStatus { get; init; }

    [JsonPropertyName("ClusterRules")]
    public ControlRequest.ClusterRules? ClusterRules { get; init; }

    [JsonPropertyName("ClusterLeave")]
    public ControlRequest.ClusterLeave? ClusterLeave { get; init; }

    [JsonPropertyName("ClusterJoin")]
    public ControlRequest.ClusterJoin? ClusterJoin { get; init; }

    [JsonPropertyName("ClusterDown")]
    public ControlRequest.ClusterDown? ClusterDown { get; init; }

    [JsonPropertyName("ClusterForget")]
    public ControlRequest.ClusterForget? ClusterForget { get; init; }

    [JsonPropertyName("ClusterTakeover")]
    public ControlRequest.ClusterTakeover? ClusterTakeover { get; init; }

    [JsonPropertyName("ClusterDrain")]
    public ControlRequest.ClusterDrain? ClusterDrain { get; init; }

    [JsonPropertyName("ClusterYield")]
    public ControlRequest.ClusterYield? ClusterYield { get; init; }

    [JsonPropertyName("ClusterLeg")]
    public ControlRequest.ClusterLeg? ClusterLeg { get; init; }

    [JsonPropertyName("Ping")]
    public ControlRequest.Ping? Ping { get; init; }

    [JsonPropertyName("Version")]
    public ControlRequest.Version? Version { get; init; }
}

/// <summary>A response on the wire: <c>{"Rules":[…]}</c>, again with exactly one member.</summary>
internal sealed record ResponseEnvelope
{
    [JsonPropertyName("Rules"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RuleEntry>? Rules { get; init; }

    [JsonPropertyName("Workers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<WorkerEntry>? Workers { get; init; }

    [JsonPropertyName("Stats"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StatsEntry>? Stats { get; init; }

    [JsonPropertyName("Interfaces"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InterfaceEntry>? Interfaces { get; init; }

    [JsonPropertyName("Trace"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TraceEntry? Trace { get; init; }

    [JsonPropertyName("Events"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EventsEntry? Events { get; init; }

    [JsonPropertyName("LogLevels"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LogLevelsEntry? LogLevels { get; init; }

    [JsonPropertyName("Config"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfigEntry? Config { get; init; }

    [JsonPropertyName("Audit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AuditEntry>? Audit { get; init; }

    [JsonPropertyName("Changes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangesEntry? Changes { get; init; }

    [JsonPropertyName("ClusterStatus"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClusterEntry? ClusterStatus { get; init; }

    [JsonPropertyName("ClusterRules"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClusterRuleEntry>? ClusterRules { get; init; }

    [JsonPropertyName("Leg"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LegOfferEntry? Leg { get; init; }

    [JsonPropertyName("Success"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Success { get; init; }

    [JsonPropertyName("Error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ErrorBody? Error { get; init; }

    [JsonPropertyName("Pong"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PongBody? Pong { get; init; }

    [JsonPropertyName("Version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VersionEntry? Version { get; init; }
}

internal sealed record ErrorBody(IReadOnlyList<ProblemEntry> Problems);

internal sealed record PongBody;
