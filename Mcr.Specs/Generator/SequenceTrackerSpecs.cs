using CsCheck;
using Mcr.Host.Mcrgen;

namespace Mcr.Specs.Generator;

public sealed class SequenceTrackerSpecs
{
    private const int Window = 64;

    [Fact]
    public void It_should_tell_loss_duplicates_and_reordering_apart()
    {
        SequenceTracker tracker = Track([10, 11, 13, 12, 12, 15]);

        Assert.Equal((5, 1, 1, 1UL), (tracker.Unique, tracker.Duplicated, tracker.Reordered, tracker.Missing));
        Assert.Equal((10UL, 15UL, 11UL), (tracker.First, tracker.Last, tracker.MissingFromZero));
    }

    [Fact]
    public void A_number_older_than_the_window_should_count_as_a_duplicate_and_stay_missing()
    {
        SequenceTracker tracker = Track([0, 2, 66, 1]);

        Assert.Equal((3, 1, 0, 64UL), (tracker.Unique, tracker.Duplicated, tracker.Reordered, tracker.Missing));
    }

    /// <summary>Numbers near one another so that all four cases are common, jumps around the window's size, starts up to the last 64-bit number.</summary>
    [Fact]
    public void It_should_agree_with_a_slow_model_that_remembers_everything()
    {
        Gen<ulong> start = Gen.OneOf(Gen.Const(0UL), Gen.ULong[0, 1000], Gen.Const(ulong.MaxValue - 400));
        Gen<int[]> offsets = Gen.OneOf(Gen.Int[0, 20], Gen.Int[0, 150], Gen.Int[0, 400]).Array[0, 300];
        Gen.Select(start, offsets).Sample((first, steps) =>
        {
            ulong[] arrivals = [.. steps.Select(step => first + (ulong)step)];
            SequenceTracker tracker = Track(arrivals);
            Assert.Equal(Model(arrivals), (tracker.Unique, tracker.Duplicated, tracker.Reordered, tracker.Missing));
        });
    }

    /// <summary>What a network does to a stream: it drops some, repeats some, delays some.</summary>
    [Fact]
    public void A_disturbed_stream_should_be_accounted_for_to_the_last_datagram()
    {
        Gen.Int[0, 9].Array[1, 500].Sample(fates =>
        {
            var arrivals = new List<ulong>();
            var delayed = new List<ulong>();
            int lost = 0, repeated = 0;
            for (ulong n = 0; n < (ulong)fates.Length; n++)
            {
                // The first and the last one always arrive in time, so that nothing is lost at the ends unseen.
                int fate = n == 0 || n == (ulong)fates.Length - 1 ? 9 : fates[n];
                arrivals.AddRange(fate switch { 0 or 1 => [], 2 => [n, n], _ => [n] });
                lost += fate == 0 ? 1 : 0;
                repeated += fate == 2 ? 1 : 0;
                if (fate == 1)
                    delayed.Add(n);

                // Behind one that arrived, so that each of them is seen to be late.
                if (fate > 1 && delayed.Count > 0 && (n - delayed[0] >= 20 || n == (ulong)fates.Length - 1))
                {
                    arrivals.AddRange(delayed);
                    delayed.Clear();
                }
            }

            SequenceTracker tracker = Track(arrivals);
            Assert.Equal(((ulong)lost, (long)repeated), (tracker.Missing, tracker.Duplicated));
            Assert.Equal(fates.Skip(1).SkipLast(1).Count(fate => fate == 1), tracker.Reordered);
        });
    }

    private static SequenceTracker Track(IEnumerable<ulong> arrivals)
    {
        var tracker = new SequenceTracker(Window);
        foreach (ulong sequence in arrivals)
            tracker.Add(sequence);
        return tracker;
    }

    private static (long Unique, long Duplicated, long Reordered, ulong Missing) Model(ulong[] arrivals)
    {
        var seen = new HashSet<ulong>();
        long duplicated = 0, reordered = 0;
        foreach (ulong sequence in arrivals)
        {
            ulong highest = seen.Count == 0 ? sequence : seen.Max();
            bool tooOld = highest - Math.Min(sequence, highest) >= Window;
            if (tooOld || seen.Contains(sequence))
            {
                duplicated++;
                continue;
            }

            if (sequence < highest)
                reordered++;
            seen.Add(sequence);
        }

        ulong missing = 0;
        if (seen.Count > 0)
        {
            for (ulong n = seen.Min(); n < seen.Max(); n++)
                missing += seen.Contains(n) ? 0UL : 1;
        }

        return (seen.Count, duplicated, reordered, missing);
    }
}
