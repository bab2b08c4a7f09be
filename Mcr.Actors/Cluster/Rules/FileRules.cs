namespace Mcr.Actors.Cluster.Rules;

/// <summary>
/// Rules of a node's files belong to that node: no other changes them. The same is decided where an order is left for a node that is away, and on the node itself when it is there. Pure.
/// </summary>
internal static class FileRules
{
    /// <summary>A rule is to be changed or removed for another node.</summary>
    /// <param name="node">Whose rule it is.</param>
    /// <param name="isFile">One of its files has it, exactly as it is.</param>
    /// <param name="origin">Where: <c>mcrd.hocon:7</c>.</param>
    /// <returns>Why that cannot be, and what to do; null: it can.</returns>
    public static string? WhyNot(string id, string node, bool isFile, string origin) => !isFile ? null
        : $"rule {id} is from a file of node {node}{(origin.Length == 0 ? "" : $" ({origin})")}, and no other node may change or remove it; edit that file on {node}, then have it read again there (mcrctl --node {node} reload)";
}
