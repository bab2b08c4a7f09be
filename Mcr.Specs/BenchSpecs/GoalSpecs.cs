using Mcr.Specs.Bench;

namespace Mcr.Specs.BenchSpecs;

public sealed class GoalSpecs
{
    [Fact]
    public void Quick_run_should_measure_every_number_to_reach()
    {
        BenchPlan plan = BenchPlan.Quick(1);
        IReadOnlyList<Goal> goals = Goals.Of(Measured(plan));
        Assert.Equal(24, goals.Count);
        Assert.All(goals, goal => Assert.True(goal.IsReached is not null, $"{goal.What}: {goal.Measured}"));
        Assert.All(Goals.Of(new Results()), goal => Assert.True(goal.IsReached is null));
    }

    [Theory]
    [InlineData(600_000, 115_000, true)]
    [InlineData(500_000, 115_000, false)]
    public void Rate_should_be_five_times_that_of_socat(double ours, double theirs, bool isReached)
    {
        var results = new Results();
        results.Add(Traffic.Base.Name, BenchPlan.Mcrd, Measure.Rate, ours);
        results.Add(Traffic.Base.Name, BenchPlan.Socat, Measure.Rate, theirs);
        Assert.Equal(isReached, Goals.Of(results)[0].IsReached);
    }

    [Fact]
    public void Costs_at_unequal_loads_should_be_called_so()
    {
        var results = new Results();
        foreach ((string peer, double load) in ((string, double)[])[(BenchPlan.Mcrd, 300_000), ("limit v2", 200_000)])
        {
            results.Add(Traffic.Base.Name, peer, Measure.Relay, 240);
            results.Add(Traffic.Base.Name, peer, Measure.Load, load);
        }

        Goal goal = Goals.Of(results).Single(g => g.What.EndsWith("mcrd against limit v2", StringComparison.Ordinal));
        Assert.Equal((true, "1.00 × (240 against 240, at unequal loads)"), (goal.IsReached, goal.Measured));
    }

    [Fact]
    public void Tail_should_be_held_against_the_worst_round_of_socat()
    {
        var results = new Results();
        results.Add(Latency.Name(1_000), BenchPlan.Mcrd, Measure.Max, 2_000);
        foreach (double max in (double[])[500, 1_000, 2_500])
            results.Add(Latency.Name(1_000), BenchPlan.Socat, Measure.Max, max);
        Assert.True(Goals.Of(results).Single(g => g.What == "latency at 1,000/s, max against socat").IsReached);
    }

    [Fact]
    public void One_lost_of_the_millions_should_be_one_too_many()
    {
        var results = new Results();
        results.Add(Traffic.Merging.Name, BenchPlan.Mcrd, Measure.Load, 1_000_000);
        foreach (double lost in (double[])[0, 1, 0])
            results.Add(Traffic.Merging.Name, BenchPlan.Mcrd, Measure.Lost, lost);
        Assert.False(Goals.Of(results).Single(g => g.What.Contains("lost at", StringComparison.Ordinal)).IsReached);
    }

    /// <summary>1 for everything that the plan would measure.</summary>
    private static Results Measured(BenchPlan plan)
    {
        var results = new Results();
        IEnumerable<string> situations = plan.Traffics.Select(t => t.Name).Concat(plan.LatencyRates.Select(Latency.Name));
        foreach (string situation in situations)
            foreach (Peer peer in plan.Peers)
                foreach (Measure measure in Enum.GetValues<Measure>())
                    results.Add(situation, peer.Name, measure, 1);
        return results;
    }
}
