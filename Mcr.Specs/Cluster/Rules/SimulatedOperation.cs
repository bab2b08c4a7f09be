namespace Mcr.Specs.Cluster.Rules;

/// <summary>What somebody did to a rule, and what he could know of when he did it.</summary>
internal sealed record SimulatedOperation(int Number, Mcr.Actors.Cluster.Rules.RuleKey Key, bool Removes, HashSet<int> Seen)
{
    /// <summary>He was told that it is done and will not be lost.</summary>
    public bool IsAcknowledged { get; set; }

    public string Text => $"v{Number}";

    public string By => $"op{Number}";

    public override string ToString() => $"{By} {(Removes ? "removes" : "puts")} {Key}{(IsAcknowledged ? "" : " (not acknowledged)")}, has seen {string.Join(',', Seen.Order())}";
}
