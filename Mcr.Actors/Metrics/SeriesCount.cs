using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Mcr.Actors.Metrics;

/// <summary>How many series the instruments of a meter have.</summary>
public static class SeriesCount
{
    /// <returns>By the instrument's name, of this moment.</returns>
    public static ImmutableDictionary<string, int> Of(IMeterFactory factory, string meter)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        using var observed = new ObservedMeter(factory, meter, (instrument, _, _) => counts[instrument.Name] = counts.GetValueOrDefault(instrument.Name) + 1);
        observed.Observe();
        return counts.ToImmutableDictionary(StringComparer.Ordinal);
    }
}
