using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>A merged run is what its datagrams are, one by one.</summary>
public sealed class MergedRunSpecs
{
    [Theory]
    [InlineData("auto")]
    [InlineData("rtp")]
    [InlineData("ts")]
    [InlineData("sequence offset=2 width=16")]
    [InlineData("sequence offset=0 width=32 endian=little")]
    public void Run_should_be_counted_like_single_datagrams(string analyse)
    {
        AnalysisSettings settings = AnalysisText.Parse(analyse, out _)!.Value;
        using var merged = new StreamProbe(settings);
        using var single = new StreamProbe(settings);
        var random = new Random(3);
        int number = 65_500;
        int counter = 0;
        for (int run = 0; run < 200; run++)
        {
            byte[][] datagrams = [.. Enumerable.Range(0, random.Next(1, 46)).Select(_ =>
            {
                number += random.Next(20) == 0 ? random.Next(-3, 4) : 1;
                counter += random.Next(20) == 0 ? 9 : 7;
                byte[] content = MediaPayloads.Seven(256, counter);
                return analyse == "ts" ? content : MediaPayloads.Rtp(number, (uint)(number * 90), content);
            })];
            byte[] whole = [.. datagrams.SelectMany(d => d)];
            int cut = random.Next(3) == 0 ? random.Next(datagrams[0].Length) : 0; // the last of a run may be shorter
            datagrams[^1] = datagrams[^1][..^cut];
            merged.Take(whole[..^cut], datagrams[0].Length, at: run + 1);
            foreach (byte[] datagram in datagrams.Where(d => d.Length > 0))
                single.Take(datagram, at: run + 1);
            Assert.Equal(single.Words, merged.Words);
        }

        Assert.NotEqual(PayloadKinds.None, single.Report.Seen);
    }
}
