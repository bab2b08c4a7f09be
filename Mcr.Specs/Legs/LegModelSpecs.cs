using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

/// <summary>
/// A sender, a network that loses, reorders, repeats and alters, one that replays whatever was ever sent, keys that change, ends that begin anew: the receiver says what a model says that knows what was sent.
/// </summary>
public sealed class LegModelSpecs(ITestOutputHelper output)
{
    private const int Steps = 400;

    [Fact]
    [Trait("kind", "fuzz")]
    public void Receiver_should_say_what_a_model_says_that_knows_all_that_was_sent()
    {
        long[] outcomes = new long[Enum.GetValues<LegOutcome>().Length];
        long lost = 0;
        long restarts = 0;
        Fuzzing.Run(output, 1_500, random =>
        {
            using var run = new LegRun(random);
            for (int i = 0; i < Steps; i++)
                run.Step();
            run.CheckCounts();
            for (int i = 0; i < outcomes.Length; i++)
                outcomes[i] += run.Model.Counts[i];
            lost += run.Model.Lost;
            restarts += run.Model.Restarts;
        });
        output.WriteLine($"{string.Join(", ", Enum.GetValues<LegOutcome>().Select(o => $"{o} {outcomes[(int)o]}"))}, {lost} lost, {restarts} restarts");
        Assert.All(outcomes, count => Assert.True(count > 100, "a spec that sees no such case says nothing of it"));
        Assert.True(lost > 100 && restarts > 100);
    }
}
