using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Interop;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Specs.Feeds;

/// <summary>The words that a loop writes of several inputs, as mcrd reads them.</summary>
public sealed unsafe class SelectReportSpecs
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void What_a_merge_has_counted_should_be_read()
    {
        long[] block = new long[SelectBlock.Words];
        fixed (long* words = block)
        {
            using var merger = new StreamMerger(Settings(SelectMode.Merge, "merge"), 2, words);
            Take(merger, 0, 1, Second);
            Take(merger, 1, 1, Second + 5_000_000);
            Take(merger, 0, 2, 2 * Second);
            byte junk = 0;
            Take(merger, 1, &junk, 1, 3 * Second);
            SelectReport report = SelectReport.Read(block, SelectMode.Merge, 2, 4 * Second);
            Assert.Equal((2, 0, null), (report.Merged, report.Switches, report.Current));
            Assert.Equal([(2, 2, 0), (2, 0, 1)], report.Inputs.Select(i => (i.Received, i.Won, i.Duplicates)));
            Assert.Equal((1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2.995)), (report.Inputs[1].Unusable, report.Inputs[1].Heard!.Value, report.Inputs[1].Good!.Value));
            Assert.Equal([0, 1], report.Inputs.Select(i => i.Behind.Sum()));
            Assert.Equal(5_000_000, LatencyHistogram.Percentile(report.Inputs[1].Behind.AsSpan(), 1), 5_000_000 / 8.0);
            Assert.Equal([1, 0], new[] { 4, 6 }.Select(ms => report.Inputs[1].BehindBy(TimeSpan.FromMilliseconds(ms))));
        }
    }

    [Fact]
    public void What_a_failover_has_chosen_should_be_read()
    {
        long[] block = new long[SelectBlock.Words];
        fixed (long* words = block)
        {
            var chooser = new FailoverChooser(Settings(SelectMode.Failover, "failover,min-rate=5"), 2, words);
            Assert.Null(SelectReport.Read(block, SelectMode.Failover, 2, Second).Current);
            byte payload = 0;
            long now = Second;
            for (int i = 0; i < 30; i++, now += 90_000_000)
            {
                chooser.Look(now, [now, now]);
                chooser.Take(i < 4 ? 0 : 1, &payload, 1, now);
            }

            chooser.Look(now, [now, now]);
            chooser.Take(0, &payload, 1, now);
            now += 60_000_000;
            SelectReport report = SelectReport.Read(block, SelectMode.Failover, 2, now);
            Assert.Equal((1, 1), (report.Current!.Value, report.Switches));
            Assert.InRange(report.SwitchedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
            Assert.Equal([TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(150)], report.Inputs.Select(i => i.Heard!.Value));
        }
    }

    /// <summary>A worker may be taken over by somebody: what it writes must cost mcrd nothing.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    public void Whatever_a_worker_writes_should_be_read(long word)
    {
        long[] block = new long[SelectBlock.Words];
        Array.Fill(block, word);
        foreach (SelectMode mode in new[] { SelectMode.Merge, SelectMode.Failover })
            Assert.Null(SelectReport.Read(block, mode, 8, Second).Current);
    }

    [Fact]
    public void Entry_that_another_rule_had_should_begin_with_nothing()
    {
        using WorkerSlot slot = WorkerSlot.Create();
        long* words = slot.Select(7);
        new Span<long>(words, SelectBlock.Words).Fill(BootClock.Nanoseconds);
        Assert.NotEqual(0, slot.ReadSelect(7, SelectMode.Merge, 2).Merged);
        slot.ClearStream(7);
        SelectReport report = slot.ReadSelect(7, SelectMode.Merge, 2);
        Assert.Equal((0, 0, null), (report.Merged, report.Inputs.Sum(i => i.Received), report.Inputs[0].Heard));
    }

    private static SelectSettings Settings(SelectMode mode, string text)
    {
        SelectSettings settings = SelectText.Parse(text, (key, sentence) => Assert.Fail($"{key}: {sentence}"))!;
        Assert.Equal(mode, settings.Mode);
        return settings;
    }

    private static void Take(StreamMerger merger, int input, ushort number, long now)
    {
        byte[] payload = MergePayload.Rtp(number, ssrc: 7, number);
        fixed (byte* bytes = payload)
            Take(merger, input, bytes, payload.Length, now);
    }

    private static void Take(StreamMerger merger, int input, byte* payload, int length, long now) => merger.Take(new FeedDatagram { Input = input, Payload = payload, Length = length, Arrival = now }, now);
}
