using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>One change of one rule. What the one who made it had seen is in the <see cref="RuleRegister"/>.</summary>
/// <param name="Writer">A node in one life of its state file (<see cref="Writers"/>).</param>
/// <param name="Number">No two writes of a writer have the same; later ones have greater ones.</param>
/// <param name="Clock">Lamport's: greater than that of every write which the writer's node had seen. 0: it knew nothing of what was before. Who says again what others say has theirs.</param>
/// <param name="By">Who, for people: <c>mcrctl root</c>.</param>
/// <param name="At">Milliseconds since 1970 by the writer's wall clock, for people only.</param>
/// <param name="Value">null: removed.</param>
/// <param name="More">What a newer version says beside, as a JSON object; it is passed on.</param>
internal sealed record RuleWrite(string Writer, long Number, long Clock, string By, long At, RuleValue? Value, string? More = null)
{
    /// <summary>Can be printed, like <see cref="RuleValue.Origin"/>.</summary>
    public string By { get; init => field = CertificateNames.Printable(value); } = CertificateNames.Printable(By);

    /// <summary>
    /// Which of writes that did not know of each other counts, the same on each node: what is in the node's own files; else the greater
    /// clock; else anything that all agree on.
    /// </summary>
    public static int Rank(RuleWrite one, RuleWrite other) =>
        (one.Value?.IsFile ?? false).CompareTo(other.Value?.IsFile ?? false) is not 0 and int byFile ? byFile
        : one.Clock.CompareTo(other.Clock) is not 0 and int byClock ? byClock
        : string.CompareOrdinal(one.Writer, other.Writer) is not 0 and int byWriter ? byWriter
        : one.Number.CompareTo(other.Number);

    public static int ByNumber(RuleWrite one, RuleWrite other) =>
        string.CompareOrdinal(one.Writer, other.Writer) is not 0 and int byWriter ? byWriter : one.Number.CompareTo(other.Number);

    /// <summary>Of two that should be the same write and are not (a state directory was copied, an old version has dropped something), one that all agree on.</summary>
    public static RuleWrite Agree(RuleWrite one, RuleWrite other) => one == other || Content(one, other) >= 0 ? one : other;

    private static int Content(RuleWrite one, RuleWrite other) =>
        string.CompareOrdinal(one.More, other.More) is not 0 and int more ? more
        : string.CompareOrdinal(one.Value?.Text, other.Value?.Text) is not 0 and int text ? text
        : Rank(one, other) is not 0 and int rank ? rank
        : string.CompareOrdinal(one.Value?.Origin, other.Value?.Origin) is not 0 and int origin ? origin
        : string.CompareOrdinal(one.By, other.By) is not 0 and int by ? by
        : one.At.CompareTo(other.At);
}
