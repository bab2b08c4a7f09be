using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

public sealed class ContentWindowSpecs(ITestOutputHelper output)
{
    /// <summary>The longest skew, at a rate that fills the memory of what was seen; each time with other seeds.</summary>
    [Fact]
    public void What_was_seen_within_the_skew_should_be_known_by_its_content()
    {
        const int Behind = 400 * ImpairedPaths.Rate / 1000;
        const int Count = 4 * Behind;
        for (int i = 0; i < 10; i++)
        {
            using var probe = new MergeProbe(MergeProbe.By(SelectKeyKind.Content, 450, 0));
            for (int index = 0; index < Count; index++)
            {
                probe.Now += 1_000_000_000L / ImpairedPaths.Rate;
                _ = probe.Take(0, MergePayload.Of(new SelectKey(SelectKeyKind.Content), 0, index, 0), index);
                if (index >= Behind)
                    _ = probe.Take(1, MergePayload.Of(new SelectKey(SelectKeyKind.Content), 0, index - Behind, 0), index - Behind);
            }

            output.WriteLine($"{probe[SelectBlock.Merged] - Count} doubled of {Count}");
            Assert.Equal(Count, probe[SelectBlock.Merged]);
        }
    }
}
