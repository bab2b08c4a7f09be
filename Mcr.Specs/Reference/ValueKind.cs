namespace Mcr.Specs.Reference;

/// <summary>What a shell offers where a value is to stand.</summary>
internal enum ValueKind
{
    /// <summary>Nothing: only its user knows.</summary>
    Other,
    Words,
    File,
    Directory,
    Interface,

    /// <summary>The name of a rule, asked of mcrd; and so on.</summary>
    Rule,
    RuleId,
    Node,
}

internal static class ValueKinds
{
    /// <summary>How mcrd is asked for names: the command, and which member of its answer they are.</summary>
    public static readonly IReadOnlyDictionary<ValueKind, (string Command, string Member)> Asked = new Dictionary<ValueKind, (string Command, string Member)>
    {
        [ValueKind.Rule] = ("list-rules", "name"),
        [ValueKind.RuleId] = ("list-rules", "rule_id"),
        [ValueKind.Node] = ("cluster status", "node"),
    };

    public static ValueKind Of(OptionModel option) => option.Choices.Length > 0 ? ValueKind.Words : option.Value switch
    {
        "ID" => ValueKind.RuleId,
        "NAME" => ValueKind.Rule,
        { } value => Of(value),
        null => throw new ArgumentException($"{option.Name} takes no value", nameof(option)),
    };

    public static ValueKind Of(ArgumentModel argument) => Of(argument.Name);

    private static ValueKind Of(string value) => value switch
    {
        "FILE" or "PATH" => ValueKind.File,
        "DIR" => ValueKind.Directory,
        "INTERFACE" => ValueKind.Interface,
        "RULE" => ValueKind.Rule,
        "NODE" => ValueKind.Node,
        _ => ValueKind.Other,
    };
}
