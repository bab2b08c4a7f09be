using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>A rule as it travels. Where there is none, because it was removed, there is null.</summary>
/// <param name="Text">The rule in the words of <c>mcr.rules</c>, as compact JSON. Nothing here reads it: a rule of a newer version passes through an older node.</param>
/// <param name="Origin">Where it comes from, for people.</param>
/// <param name="IsFile">It is in a file of its node: nobody else may change it.</param>
internal sealed record RuleValue(string Text, string Origin, bool IsFile = false)
{
    /// <summary>In characters: a path and a line.</summary>
    private const int LongestOrigin = 1_024;

    /// <summary>Can be printed, whoever wrote it; by whatever way it came, so that all nodes have the same.</summary>
    public string Origin { get; init => field = CertificateNames.Printable(value, LongestOrigin); } = CertificateNames.Printable(Origin, LongestOrigin);

    /// <summary>The same rule, wherever it comes from.</summary>
    public static bool IsSame(RuleValue? one, RuleValue? other) => one?.Text == other?.Text;

    /// <summary>Also from the same place, where that counts: who has a rule since when is not told anew because it is on another node.</summary>
    public static bool IsAsBefore(RuleValue? one, RuleValue? other) =>
        IsSame(one, other) && one?.IsFile == other?.IsFile && (one is not { IsFile: true } || one.Origin == other?.Origin);
}
