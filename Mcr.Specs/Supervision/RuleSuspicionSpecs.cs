using CsCheck;
using Mcr.Actors.Interfaces;
using Mcr.Native.Rules;

namespace Mcr.Specs.Supervision;

public sealed class RuleSuspicionSpecs
{
    /// <summary>However many rules there are and whichever of them make the worker end: they are found, and no other is blamed.</summary>
    [Fact]
    public void Every_rule_that_makes_workers_end_should_be_found_and_no_other()
    {
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 199].HashSet[1, 3]).Sample((count, guilty) =>
        {
            RuleId[] rules = Ids(count);
            HashSet<RuleId> poison = [.. guilty.Where(g => g < count).Select(g => rules[g])];
            if (poison.Count == 0)
                return;
            (HashSet<RuleId> found, int trials) = Search(rules, poison);
            Assert.True(poison.SetEquals(found), $"{string.Join(' ', found)} in place of {string.Join(' ', poison)}");
            Assert.InRange(trials, 1, 2 + (poison.Count * 2 * (2 + (int)Math.Ceiling(Math.Log2(count + 1)))));
        });
    }

    [Fact]
    public void Worker_that_ends_without_any_rule_should_acquit_them_all()
    {
        (RuleSuspicion? next, RuleId? guilty) = RuleSuspicion.Begin(Ids(5), TimeSpan.Zero).Ended();
        Assert.Null(next);
        Assert.Null(guilty);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(500, 2)]
    [InlineData(60_000, 30)]
    public void Trial_should_last_some_of_the_lives_that_ended(int livedMilliseconds, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RuleSuspicion.Begin(Ids(2), TimeSpan.FromMilliseconds(livedMilliseconds)).Trial);

    [Fact]
    public void Rules_that_are_no_more_should_leave_the_search()
    {
        RuleId[] rules = Ids(4);
        RuleSuspicion search = RuleSuspicion.Begin(rules, TimeSpan.Zero).Lived().Without(id => id == rules[0] || id == rules[2] || id == rules[3]);
        Assert.Equal([rules[1]], search.Tried);
        Assert.Empty(search.HeldBack);
    }

    private static RuleId[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => new RuleId($"r{i:000}"))];

    private static (HashSet<RuleId> Found, int Trials) Search(RuleId[] rules, HashSet<RuleId> poison)
    {
        RuleSuspicion search = RuleSuspicion.Begin(rules, TimeSpan.Zero);
        HashSet<RuleId> found = [];
        int trials = 0;
        while (!search.IsOver)
        {
            trials++;
            HashSet<RuleId> run = [.. rules.Except(search.HeldBack).Except(found)];
            if (!run.Overlaps(poison))
            {
                search = search.Lived();
                continue;
            }

            (RuleSuspicion? next, RuleId? guilty) = search.Ended();
            search = Assert.IsType<RuleSuspicion>(next);
            if (guilty is { } id)
                found.Add(id);
        }

        return (found, trials);
    }
}
