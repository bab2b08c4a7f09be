using System.Diagnostics;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// Rounds of one random experiment. A block of rounds has a seed of its own, which a failure names: MCR_FUZZ_SEED starts there.
/// MCR_FUZZ_SECONDS runs more blocks until that much time is over, MCR_FUZZ_CASES until so many experiments are made.
/// </summary>
internal static class Fuzzing
{
    private const int FirstSeed = 20261123;

    /// <summary>For experiments that make their own cases: MCR_FUZZ_CASES, or as many as there are usually.</summary>
    public static int Cases(int usual) => Setting("MCR_FUZZ_CASES") ?? usual;

    /// <returns>How many experiments were made.</returns>
    public static long Run(ITestOutputHelper output, int rounds, Action<Random> experiment) => Run(output, rounds, () => new Stateless(), (_, random) => experiment(random));

    /// <param name="begin">Makes what one block of rounds works on.</param>
    public static long Run<T>(ITestOutputHelper output, int rounds, Func<T> begin, Action<T, Random> experiment)
        where T : IDisposable
    {
        int seed = Setting("MCR_FUZZ_SEED") ?? FirstSeed;
        var limit = TimeSpan.FromSeconds(Setting("MCR_FUZZ_SECONDS") ?? 0);
        long cases = Setting("MCR_FUZZ_CASES") ?? 0;
        var clock = Stopwatch.StartNew();
        long made = 0;
        do
        {
            using T state = begin();
            var random = new Random(seed);
            for (int round = 0; round < rounds; round++, made++)
            {
                try
                {
                    experiment(state, random);
                }
                catch (Exception e)
                {
                    Assert.Fail($"MCR_FUZZ_SEED={seed}, round {round}: {e}");
                }
            }

            seed++;
        }
        while (clock.Elapsed < limit || made < cases);
        output.WriteLine($"{made} experiments in {clock.Elapsed.TotalSeconds:F1} s, seeds up to {seed - 1}");
        return made;
    }

    private readonly struct Stateless : IDisposable
    {
        public void Dispose()
        {
        }
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : null;
}
