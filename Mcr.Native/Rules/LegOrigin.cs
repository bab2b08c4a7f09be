namespace Mcr.Native.Rules;

/// <summary>The rule at whose output a leg begins.</summary>
/// <param name="Node">That has it.</param>
/// <param name="Rule">Its id there.</param>
public sealed record LegOrigin(string Node, RuleId Rule)
{
    public override string ToString() => $"rule {Rule} of node {Node}";
}
