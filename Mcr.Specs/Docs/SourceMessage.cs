namespace Mcr.Specs.Docs;

/// <summary>A sentence in the source text that somebody may come to read.</summary>
/// <param name="Text">As it is written, each hole an ellipsis.</param>
/// <param name="File">From the repository's root.</param>
/// <param name="Voice">What it is given to: <c>log</c>, <c>stderr</c>, the type of an exception, <c>RuleProblem</c> …</param>
/// <param name="Field">Of a refusal: what is refused, where the source names it.</param>
internal sealed record SourceMessage(string Text, string File, int Line, string Voice, string? Field)
{
    public const string Hole = "…";

    public override string ToString() => $"{File}:{Line} ({Voice}): {Text}";
}
