using System.Runtime.InteropServices;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

/// <summary>Arbitrary bytes, and arbitrary memory where the state lies.</summary>
public sealed class LegFuzzSpecs(ITestOutputHelper output)
{
    private static readonly LegKeys Keys = new(8, LegProbe.KeyOf(8), 7, LegProbe.KeyOf(7));

    private static readonly byte[][] Seeds =
    [
        LegProbe.Datagram(LegProbe.KeyOf(8), 8, 1, 5, 1, new byte[100]),
        LegProbe.Datagram(LegProbe.KeyOf(7), 7, 2, LegHeader.SequenceEnd - 1, long.MinValue),
        new byte[LegHeader.Size],
        [],
    ];

    /// <summary>One that was not sent is refused, and one that was read says the same when it is written again.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public void Any_bytes_should_have_an_answer_and_none_be_good_that_nobody_sent()
    {
        using var probe = new LegProbe();
        long read = 0;
        Fuzzing.Run(output, 300_000, random =>
        {
            byte[] bytes = Mutations.Mutate(random, Seeds[random.Next(Seeds.Length)]);
            LegVerdict verdict = probe.Take(bytes, in Keys, random.NextInt64());
            Assert.True(!verdict.IsGood || Seeds.Any(seed => seed.AsSpan().SequenceEqual(bytes)));
            Assert.Equal(verdict.IsGood, verdict.Offset == LegHeader.Size);
            if (!LegHeader.TryRead(bytes, out LegHeader header, out LegOutcome refusal))
            {
                Assert.Equal(verdict.Outcome, refusal);
                return;
            }

            read++;
            byte[] again = new byte[LegHeader.Size];
            Assert.True(header.TryWrite(again, [], LegProbe.KeyOf(8)));
            Assert.Equal(bytes[..32], again[..32]);
        });
        Assert.True(read > 10_000, $"only {read} had a header");
    }

    /// <summary>A worker slot that is damaged costs the leg, and never the loop nor what lies beside.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public unsafe void Any_memory_should_be_gone_on_with_and_nothing_beside_it_touched()
    {
        const int Guard = 64;
        const long Mark = 0x5A5A5A5A5A5A5A5A;
        using var words = new PinnedWords(Guard + LegBlock.Words + Guard);
        long* block = words.Pointer + Guard;
        new Span<long>(words.Pointer, Guard).Fill(Mark);
        new Span<long>(block + LegBlock.Words, Guard).Fill(Mark);
        Fuzzing.Run(output, 100_000, random =>
        {
            random.NextBytes(MemoryMarshal.AsBytes(new Span<long>(block, LegBlock.Words)));
            var receiver = (LegReceiver*)block;
            if (random.Next(4) != 0)
            {
                block[0] = 1; // in use, as this leg, with any of the rest
                block[1] = unchecked((long)LegProbe.Leg);
                block[2] = block[3] = random.Next(3); // its life, so that it is gone on with
                block[3]++;
            }

            if (random.Next(3) == 0)
                block[LegBlock.WindowWord] = random.NextInt64(-3, 10_000);
            byte[] bytes = LegProbe.Datagram(LegProbe.KeyOf(8), 8, 2, random.Next(2) == 0 ? random.Next(10_000) : random.NextInt64(LegHeader.SequenceEnd), random.NextInt64());
            for (int i = 0; i < 2; i++)
                _ = receiver->Take(block + LegBlock.WindowWord, block + LegBlock.HistogramWord, bytes, random.NextInt64(), in Keys);
            Assert.NotEqual(LegOutcome.Good, receiver->Take(block + LegBlock.WindowWord, block + LegBlock.HistogramWord, bytes, 1, in Keys).Outcome);
            _ = receiver->Latency.Last.Mean + receiver->Latency.Current.Mean;
        });
        Assert.All(Enumerable.Range(0, Guard), i => Assert.Equal((Mark, Mark), (words.Pointer[i], block[LegBlock.Words + i])));
    }
}
