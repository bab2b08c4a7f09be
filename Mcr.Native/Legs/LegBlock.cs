using Mcr.Native.Analysis;

namespace Mcr.Native.Legs;

/// <summary>
/// A leg's receiving end in shared memory, in 64-bit words; all 0: not in use.
/// <code>
/// word 0..63     <see cref="LegReceiver"/>
/// word 64..129   <see cref="ReplayWindow"/>
/// word 192..383  latency, see <see cref="LatencyHistogram"/>
/// </code>
/// </summary>
public static class LegBlock
{
    public const int Words = HistogramWord + LatencyHistogram.Buckets;

    public const int WindowWord = LegReceiver.Words;

    public const int HistogramWord = 192;
}
