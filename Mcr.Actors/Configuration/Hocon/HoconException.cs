namespace Mcr.Actors.Configuration.Hocon;

/// <summary>A text that is not HOCON, or cannot be resolved. The message is the position and a sentence.</summary>
public sealed class HoconException(SourcePosition at, string sentence) : Exception($"{at}: {sentence}")
{
    public SourcePosition At { get; } = at;

    public string Sentence { get; } = sentence;
}
