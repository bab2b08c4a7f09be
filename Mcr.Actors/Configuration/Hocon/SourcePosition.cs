namespace Mcr.Actors.Configuration.Hocon;

/// <summary>Where something is written. Lines and columns count from 1; line 0 means all of <paramref name="File"/> (or a flag's or a variable's name).</summary>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary><c>mcrd.hocon:12:5</c>, with the path as it was given.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
