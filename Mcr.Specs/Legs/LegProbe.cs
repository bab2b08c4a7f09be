using Mcr.Native.Analysis;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

/// <summary>A receiving end in memory as a worker slot has it, and what a spec asks it.</summary>
internal sealed unsafe class LegProbe : IDisposable
{
    public const ulong Leg = 0x1122334455667788;

    private readonly PinnedWords _words = new(LegBlock.Words);

    public LegProbe() => Receiver->Use(Leg, Histogram);

    public LegReceiver* Receiver => (LegReceiver*)_words.Pointer;

    public long* Window => _words.Pointer + LegBlock.WindowWord;

    public long* Histogram => _words.Pointer + LegBlock.HistogramWord;

    public Span<long> All => new(_words.Pointer, LegBlock.Words);

    public long[] Latencies => new ReadOnlySpan<long>(Histogram, LatencyHistogram.Buckets).ToArray();

    public long[] Counts
    {
        get
        {
            LegReceiver* receiver = Receiver;
            return [.. Enum.GetValues<LegOutcome>().Select(outcome => receiver->Count(outcome))];
        }
    }

    public LegVerdict Take(ReadOnlySpan<byte> datagram, in LegKeys keys, long arrival = 0) => Receiver->Take(Window, Histogram, datagram, arrival, in keys);

    public LegOutcome Take(in LegKeys keys, ushort life, long sequence, long sentAt = 0, long arrival = 0, byte[]? payload = null) =>
        Take(Datagram(KeyOf(keys.Number), keys.Number, life, sequence, sentAt, payload), in keys, arrival).Outcome;

    public void Dispose() => _words.Dispose();

    /// <summary>Another key for each number.</summary>
    public static LegKey KeyOf(int number)
    {
        byte[] bytes = new byte[LegKey.Size];
        new Random(number).NextBytes(bytes);
        Assert.True(LegKey.TryRead(bytes, out LegKey key));
        return key;
    }

    public static LegKeys KeysOf(ushort number) => new(number, KeyOf(number));

    public static byte[] Datagram(in LegKey key, ushort number, ushort life, long sequence, long sentAt = 0, byte[]? payload = null, ulong leg = Leg)
    {
        byte[] header = new byte[LegHeader.Size];
        Assert.True(new LegHeader(number, life, leg, sequence, sentAt).TryWrite(header, payload ?? [], in key));
        return [.. header, .. payload ?? []];
    }
}
