using System.Diagnostics.Metrics;

namespace Mcr.Actors.Metrics;

/// <summary>
/// A counter that may be corrected downwards, told as one that does not fall: what was counted as lost may come late and is lost no more, and who reads counters would take that for a new beginning, and
/// all of it for new. So the highest is told until it is reached again. What falls by more than a tenth has begun anew, and is told as it is.
/// </summary>
/// <remarks>Thread-safe: there may be several readers.</remarks>
internal sealed class RisingCounter(Func<IReadOnlyList<Measurement<long>>> observe)
{
    private const double LeastOfCorrected = 0.9;

    private readonly Lock _lock = new();
    private Dictionary<string, long> _highest = new(StringComparer.Ordinal);

    public IEnumerable<Measurement<long>> Observe()
    {
        lock (_lock)
        {
            var highest = new Dictionary<string, long>(StringComparer.Ordinal); // of what is there: nothing is remembered of what is not
            Measurement<long>[] told = [.. observe().Select(measured =>
            {
                string series = string.Join('\n', measured.Tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
                long before = _highest.GetValueOrDefault(series);
                long value = measured.Value < before && measured.Value >= before * LeastOfCorrected ? before : measured.Value;
                highest[series] = value;
                return new Measurement<long>(value, measured.Tags);
            })];
            _highest = highest;
            return told;
        }
    }
}
