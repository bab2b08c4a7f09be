namespace Mcr.Native.Rules;

/// <summary>A rule of another node, which sends by a leg into one of several inputs of a rule of this one.</summary>
/// <param name="Rule">Its id or its name there.</param>
public sealed record RuleOrigin(string Node, string Rule)
{
    public override string ToString() => $"rule {Rule} of node {Node}";
}
