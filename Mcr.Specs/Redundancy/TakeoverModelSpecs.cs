using System.Diagnostics;
using System.Runtime.InteropServices;
using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>Two nodes, and everything that can happen to them with a few faults at any moments: not at random, but all of it. See <see cref="TakeoverModel"/>. One fault more: MCR_FUZZ_CASES=1.</summary>
public sealed class TakeoverModelSpecs(ITestOutputHelper output)
{
    /// <param name="mostDouble">Ticks of 25 ms since both have sent something.</param>
    /// <param name="mostNobody">Ticks of a dense flow; datagrams of one that has a datagram each fourth tick.</param>
    [Theory]
    [InlineData(1, 1, true, 5, 10)]
    [InlineData(1, 1, false, 5, 10)]
    [InlineData(2, 4, true, 6, Takeover.MostUnanswered + 2)]
    [InlineData(2, 4, false, 6, Takeover.MostUnanswered + 2)]
    public void Two_nodes_should_keep_the_bounds_in_every_state_that_they_can_reach(int faults, int interval, bool isManaged, int mostDouble, int mostNobody)
    {
        var clock = Stopwatch.StartNew();
        faults += Fuzzing.Cases(0) > 0 ? 1 : 0;
        var model = new TakeoverModel(faults, interval, isManaged);
        string? broken = model.Search(mostDouble, mostNobody);
        output.WriteLine(
            $"{faults} faults, a datagram in {interval} ticks, {(isManaged ? "with" : "without")} orders: {model.States} states, {model.Steps} steps, {clock.Elapsed.TotalSeconds:F1} s; two for {model.WorstDouble}, nobody for {model.WorstNobody}");
        Assert.True(broken is null, broken);
    }

    /// <summary>So that a field that is added is not forgotten here, which would make states equal that are not.</summary>
    [Fact]
    public void Model_should_know_every_word_of_a_takeover()
    {
        Assert.True(TakeoverMemory.KnowsAll);
        Assert.Equal(0, Marshal.SizeOf<Takeover>() % sizeof(long));
    }
}
