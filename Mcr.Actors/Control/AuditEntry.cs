using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mcr.Actors.Control;

/// <summary>One thing that somebody changed, or tried to: a line of the audit log.</summary>
/// <param name="Via">How it was asked for: <c>control</c> (with who), <c>console</c> (with whose), <c>cluster</c> (with who at which node), <c>SIGHUP</c>, <c>roll-back</c>.</param>
/// <param name="Result">done, refused (it cannot be), denied (this user may not) or failed (it is not known what became of it).</param>
/// <param name="Sentence">The answer.</param>
public sealed record AuditEntry(DateTimeOffset Time, string Via, string Result, string Sentence)
{
    /// <summary>Rules listed in one line; of more it is only said how many they are.</summary>
    private const int MostRules = 100;

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    public int? Pid { get; init; }

    /// <summary>The user's name, where it is known; of a console, that of its certificate.</summary>
    public string? User { get; init; }

    /// <summary>What was asked for, but for lists of rules.</summary>
    public JsonElement? Request { get; init; }

    /// <summary>The rules that were added, changed or removed, as they were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RuleShape>? Before { get; init; }

    /// <summary>As they are since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RuleShape>? After { get; init; }

    /// <summary>Rules changed that are not listed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int More { get; init; }

    /// <summary>Who, when that was on another host.</summary>
    [JsonIgnore]
    public string? Remote => Uid is null && User is not null ? $"{Via} {User}" : null;

    /// <param name="peer">Who; null for mcrd itself.</param>
    /// <param name="isDenied">It was not even tried.</param>
    internal static AuditEntry Of(ControlPeer? peer, string via, ControlResponse response, DateTimeOffset now, ControlRequest? request = null, bool isDenied = false)
    {
        ChangesEntry? changes = response switch
        {
            ControlResponse.Changes made => made.Entry,
            ControlResponse.Success success => success.Done,
            _ => null,
        };
        (string result, string sentence) = response switch
        {
            ControlResponse.Changes made => ("done", made.Entry.Sentence),
            ControlResponse.Success success => ("done", success.Sentence),
            ControlResponse.Error error => (isDenied ? "denied" : error.IsUnknown ? "failed" : "refused", SentenceOf(error)),
            _ => ("done", ""),
        };
        RuleShape[] before = [.. (changes?.Changed ?? []).Select(c => c.Before).Concat(changes?.Removed ?? [])];
        RuleShape[] after = [.. (changes?.Added ?? []).Concat((changes?.Changed ?? []).Select(c => c.After))];
        ControlPeer? local = peer is { IsConsole: false, Node: null } ? peer : null;
        return new AuditEntry(now, via, result, sentence)
        {
            Uid = local?.Uid,
            Gid = local?.Gid,
            Pid = local?.Pid,
            User = peer is { Node: not null } ? peer.Who : peer?.User,
            Request = request is null ? null : isDenied ? Kind(request) : RequestCodec.Describe(request),
            Before = before.Length == 0 ? null : before.Length <= MostRules ? before : before[..MostRules],
            After = after.Length == 0 ? null : after.Length <= MostRules ? after : after[..MostRules],
            More = Math.Max(0, before.Length - MostRules) + Math.Max(0, after.Length - MostRules),
        };
    }

    /// <summary>Of what was not even tried no more is kept: whoever may not change anything shall not fill the file.</summary>
    private static JsonElement Kind(ControlRequest request) => JsonDocument.Parse($"{{\"{request.GetType().Name}\":{{}}}}").RootElement;

    /// <summary>In one line, for the log.</summary>
    public override string ToString()
    {
        string who = Uid is { } uid ? $"{User ?? "uid"} ({uid}), pid {Pid}" : Remote ?? Via;
        return $"{who}: {Request?.ToString() ?? Via}: {Result}: {Sentence}";
    }

    private static string SentenceOf(ControlResponse.Error error)
    {
        const int Most = 5;
        string text = string.Join("; ", error.Problems.Take(Most));
        return error.Problems.Count > Most ? $"{text}; and {error.Problems.Count - Most} more" : text;
    }
}
