using Mcr.Specs.Bench;

namespace Mcr.Specs.BenchSpecs;

public sealed class RateSearchSpecs
{
    private const double SenderMost = 1_400_000;
    private const int MostSteps = 20;

    [Theory]
    [InlineData(2_000)]
    [InlineData(115_000)]
    [InlineData(330_000)]
    [InlineData(1_300_000)]
    public void Search_should_find_what_a_relay_carries(double capacity)
    {
        RateSearch search = Run(rate => (rate <= capacity, Math.Min(1, capacity / rate)));
        Assert.InRange(search.Carried, capacity / 1.07, capacity);
        Assert.False(search.IsSenderLimit);
    }

    /// <summary>A relay may spend its time on what it then drops.</summary>
    [Fact]
    public void Search_should_find_it_where_a_flood_leaves_next_to_nothing() =>
        Assert.InRange(Run(rate => (rate <= 90_000, rate <= 90_000 ? 1 : 0)).Carried, 90_000 / 1.07, 90_000);

    [Fact]
    public void Search_should_end_at_once_where_the_sender_is_the_slower()
    {
        var search = new RateSearch();
        Assert.Equal(0, search.Next);
        search.Record(SenderMost, 1, isCarried: true);
        Assert.Equal((true, true, SenderMost), (search.IsDone, search.IsSenderLimit, search.Carried));
    }

    [Fact]
    public void Search_should_end_where_nothing_is_carried() => Assert.Equal(0, Run(_ => (false, 0.99)).Carried);

    private static RateSearch Run(Func<double, (bool IsCarried, double Arrived)> relay)
    {
        var search = new RateSearch();
        for (int step = 0; !search.IsDone; step++)
        {
            Assert.True(step < MostSteps, $"no end in sight at {search.Next}");
            double achieved = search.Next == 0 ? SenderMost : Math.Min(search.Next, SenderMost);
            (bool isCarried, double arrived) = relay(achieved);
            search.Record(achieved, arrived, isCarried);
        }

        return search;
    }
}
