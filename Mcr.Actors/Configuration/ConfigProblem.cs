using Mcr.Actors.Configuration.Hocon;

namespace Mcr.Actors.Configuration;

/// <summary>Something wrong with a configuration: where, and a sentence that says what and what to do.</summary>
public sealed record ConfigProblem(SourcePosition At, string Sentence)
{
    public override string ToString() => $"{At}: {Sentence}";
}
