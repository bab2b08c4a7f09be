using System.Globalization;

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

    /// <inheritdoc cref="InputDraft.Node"/>
    public string? InputNode { get; init; }

    /// <inheritdoc cref="InputDraft.Rule"/>
    public string? InputRule { get; init; }

    /// <summary>Of a prefix: <c>all</c>, <c>all-multicast</c>, <c>none</c>, or groups with commas.</summary>
    public string? InputJoin { get; init; }

    /// <summary>Those behind the first one, which the members above are about.</summary>
    public IReadOnlyList<InputDraft> MoreInputs { get; init; } = [];

    /// <summary>See <see cref="SelectText"/>.</summary>
    public string? Select { get; init; }

    /// <summary>Accept what is refused by default: link-local and PTP groups, source-specific groups without a source, and sending from an address of another host.</summary>
    public bool Force { get; init; }

    /// <summary>See <see cref="Analysis.AnalysisText"/>.</summary>
    public string? Analyse { get; init; }

    /// <summary>See <see cref="AlarmText"/>.</summary>
    public string? Alarms { get; init; }

    /// <summary>See <see cref="RedundancyText"/>.</summary>
    public string? Redundancy { get; init; }

    public IReadOnlyList<OutputDraft> Outputs { get; init; } = [];

    /// <summary>A problem of the rule that was made of this, at the field where that was written: one output here can be several there.</summary>
    public RuleProblem AsWritten(RuleProblem problem)
    {
        const string Prefix = "outputs[";
        int end = problem.Field.IndexOf(']', StringComparison.Ordinal);
        if (!problem.Field.StartsWith(Prefix, StringComparison.Ordinal) || !int.TryParse(problem.Field.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int made))
            return problem;
        int written = 0;
        while (written < Outputs.Count && made >= Outputs[written].Count)
            made -= Outputs[written++].Count;
        return problem with { Field = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{written}{problem.Field[end..]}") };
    }
}

/// <summary>One of several inputs as somebody wrote it; what is null was not written.</summary>
public sealed record InputDraft
{
    public string? Interface { get; init; }

    public string? Group { get; init; }

    public string? Port { get; init; }

    public string? Source { get; init; }

    /// <summary>With <see cref="Rule"/>, and in place of all others: the node of a rule that sends into this one.</summary>
    public string? Node { get; init; }

    /// <summary>That rule's id or name.</summary>
    public string? Rule { get; init; }
}

/// <summary>An output as somebody wrote it; what is null was not written.</summary>
public sealed record OutputDraft
{
    public string? Interface { get; init; }

    public string? Group { get; init; }

    public string? Port { get; init; }

    /// <summary><c>1</c> to <c>255</c>, or <c>decrement</c>.</summary>
    public string? Ttl { get; init; }

    /// <summary><c>rewrite</c>, <c>keep</c>, or an address.</summary>
    public string? Source { get; init; }

    /// <summary><c>copy</c>, <c>0</c> to <c>63</c>, or a name such as <c>ef</c>.</summary>
    public string? Dscp { get; init; }

    /// <summary>Bits a second: <c>off</c>, or such as <c>5000000</c> or <c>5Mbit</c>.</summary>
    public string? RateLimit { get; init; }

    /// <summary><c>1</c> to <c>64</c>.</summary>
    public string? MaxBurst { get; init; }

    /// <summary><c>on</c> or <c>off</c>.</summary>
    public string? Pace { get; init; }

    /// <summary><c>0</c> to <c>7</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>The node whose interface it is; or several, as <c>b+c</c>, that back each other up: an output for each of them.</summary>
    public string? Node { get; init; }

    /// <summary>With one node: those that back each other up, as <c>b+c</c>.</summary>
    public string? Pair { get; init; }

    /// <summary>With one node, and in place of interface, group and port: the id or the name of its rule that this is an input of.</summary>
    public string? Rule { get; init; }

    /// <summary>The outputs that are made of it.</summary>
    internal int Count => Node?.Split(NodeName.Between).Length ?? 1;
}

/// <summary>
/// Why a draft is not a rule. <paramref name="Field"/> is a path such as <c>input.group</c> or <c>outputs[1].port</c>,
/// <paramref name="Sentence"/> says what is wrong with the value and what to do.
/// </summary>
public sealed record RuleProblem(string Field, string Sentence)
{
    public override string ToString() => $"{Field}: {Sentence}";
}
