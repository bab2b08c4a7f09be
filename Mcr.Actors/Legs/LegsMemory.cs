using System.Collections.Immutable;

namespace Mcr.Actors.Legs;

/// <summary>
/// To whom this mcrd has told the ids and keys of the legs that end here. Outlives the actor that does, as the workers' memory of these keys does: whoever is told a key that another has sent with would use its
/// numbers a second time.
/// </summary>
internal sealed class LegsMemory
{
    private volatile ImmutableDictionary<LegName, (ulong Id, ulong Instance)> _given = ImmutableDictionary<LegName, (ulong, ulong)>.Empty;

    public ImmutableDictionary<LegName, (ulong Id, ulong Instance)> Given
    {
        get => _given;
        set => _given = value;
    }
}
