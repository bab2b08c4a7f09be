namespace Mcr.Native.Rules;

/// <summary>A rule as somebody wrote it, in a file or on a command line: nothing checked yet. <see cref="RuleParser"/> makes a rule of it.</summary>
public sealed record RuleDraft
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? InputInterface { get; init; }

    public string? InputGroup { get; init; }

    public string? InputPort { get; init; }

    public string? InputSource { get; init; }

    /// <summary>Accept addresses that are refused by default: link-local and PTP groups, source-specific groups without a source.</summary>
    public bool Force { get; init; }

    public IReadOnlyList<OutputDraft> Outputs { get; init; } = [];
}

/// <summary>An output as somebody wrote it.</summary>
public sealed record OutputDraft
{
    public string? Interface { get; init; }

    public string? Group { get; init; }

    public string? Port { get; init; }

    public string? Ttl { get; init; }
}

/// <summary>
/// Why a draft is not a rule. <paramref name="Field"/> is a path such as <c>input.group</c> or <c>outputs[1].port</c>,
/// <paramref name="Sentence"/> says what is wrong with the value and what to do.
/// </summary>
public sealed record RuleProblem(string Field, string Sentence)
{
    public override string ToString() => $"{Field}: {Sentence}";
}
