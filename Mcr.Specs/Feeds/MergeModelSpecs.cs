using CsCheck;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>
/// Any two lossy, delayed, reordered, doubled, wrapping and restarting feeds: what comes out has nothing twice, is in order, and is all that either of them brought in time. Told by a model that remembers
/// when each datagram came and looks at all of them.
/// </summary>
public sealed class MergeModelSpecs
{
    private static readonly SelectKey[] Keys =
    [
        new(SelectKeyKind.Rtp), new(SelectKeyKind.MoldUdp64), new(SelectKeyKind.Sequence, MergePayload.Little32), new(SelectKeyKind.Sequence, new SequenceField(0, 16)), new(SelectKeyKind.Sequence, new SequenceField(7, 64)),
    ];

    [Fact]
    [Trait("kind", "fuzz")]
    public void What_comes_out_should_be_all_that_came_in_time_once_and_in_order() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            SelectKey key = Keys[random.Next(Keys.Length)];
            int skew = random.Next(5, 60);
            using var probe = new MergeProbe(MergeProbe.By(key.Kind, skew, random.Next(3) == 0 ? random.Next(1, skew + 1) : skew, key.Field));
            FeedPlan plan = FeedPlan.Random(random, skew, streams: 1);
            List<Numbered> taken = plan.Play(probe, key, random);
            HashSet<long> wanted = Wanted(taken, probe.Out[0].Index, probe.Hold);
            AssertOrdered(probe.Out);
            Assert.Empty(wanted.Except(probe.Out.Select(o => o.Index)));
            Assert.Equal(probe.Out.Count, probe[SelectBlock.Merged]);
            Assert.Equal(probe.Out[^1].Index - probe.Out[0].Index + 1 - probe.Out.Count, probe[SelectBlock.Lost]);
            AssertAddsUp(probe, taken);
        },
        iter: 3_000);

    [Fact]
    [Trait("kind", "fuzz")]
    public void With_no_hold_everything_should_come_out_once_and_at_once() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            SelectKey key = Keys[random.Next(Keys.Length)];
            int skew = random.Next(5, 60);
            using var probe = new MergeProbe(MergeProbe.By(key.Kind, skew, hold: 0, key.Field));
            List<Numbered> taken = FeedPlan.Random(random, skew, streams: 1).Play(probe, key, random);
            Assert.Equal(taken.Select(t => t.Index).Distinct().Order(), probe.Out.Select(o => o.Index).Order());
            var first = taken.GroupBy(t => t.Index).ToDictionary(g => g.Key, g => g.Min(t => t.At));
            Assert.All(probe.Out, o => Assert.Equal(first[o.Index], o.At));
            AssertAddsUp(probe, taken);
        },
        iter: 3_000);

    [Fact]
    [Trait("kind", "fuzz")]
    public void A_sender_that_begins_anew_should_be_followed_without_a_double() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            SelectKey key = Keys[random.Next(2)];
            int skew = random.Next(5, 60);
            using var probe = new MergeProbe(MergeProbe.By(key.Kind, skew, random.Next(2) == 0 ? 0 : skew, key.Field));
            FeedPlan plan = FeedPlan.Random(random, skew, streams: random.Next(2, 5));
            List<Numbered> taken = plan.Play(probe, key, random);
            Assert.Equal(probe.Out.Count, probe.Out.Select(o => (o.Stream, o.Index)).Distinct().Count());
            int seen = taken.Select(t => t.Stream).Distinct().Count();
            Assert.Equal(seen, probe.Out.Select(o => o.Stream).Distinct().Count());
            Assert.Equal(seen - 1, probe[SelectBlock.Restarts]);
            Assert.Equal(probe.Out.Select(o => o.Stream).Order(), probe.Out.Select(o => o.Stream)); // never back
            AssertAddsUp(probe, taken);
        },
        iter: 3_000);

    /// <summary>What came before the datagrams behind it had waited for so long. What is before the first one that was forwarded is nobody's.</summary>
    private static HashSet<long> Wanted(List<Numbered> taken, long first, long hold)
    {
        var came = taken.GroupBy(t => t.Index).ToDictionary(g => g.Key, g => g.Min(t => t.At));
        return [.. came.Where(c => c.Key >= first && !came.Any(later => later.Key > c.Key && later.Value + hold < c.Value)).Select(c => c.Key)];
    }

    private static void AssertOrdered(List<Numbered> numbers)
    {
        for (int i = 1; i < numbers.Count; i++)
            Assert.True(numbers[i].Index > numbers[i - 1].Index, $"{numbers[i]} behind {numbers[i - 1]}");
    }

    private static void AssertAddsUp(MergeProbe probe, List<Numbered> taken)
    {
        Assert.Equal(0, probe[SelectBlock.Waiting]);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(taken.Count(t => t.Input == i), probe.Of(i, SelectBlock.Received));
            Assert.Equal(probe.Of(i, SelectBlock.Received), probe.Of(i, SelectBlock.Won) + probe.Of(i, SelectBlock.Duplicates) + probe.Of(i, SelectBlock.Late) + probe.Of(i, SelectBlock.Astray) + probe.Of(i, SelectBlock.Unusable));
            Assert.Equal(probe.Of(i, SelectBlock.Won), probe.Out.Count(o => o.Input == i));
        }
    }
}
