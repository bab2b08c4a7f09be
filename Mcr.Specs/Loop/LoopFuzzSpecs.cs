namespace Mcr.Specs.Loop;

/// <summary>
/// The whole loop in memory under frames of every kind, right and damaged, on devices with and without a link header: every datagram is
/// counted exactly once, and what is sent is exactly the payloads of the right ones, each in its order. Ten million frames:
/// <c>MCR_FUZZ_CASES=10000000 MCR_FUZZ_SEED=1 dotnet run -c Release --project Mcr.Specs -- -class Mcr.Specs.Loop.LoopFuzzSpecs -showliveoutput</c>
/// </summary>
public sealed class LoopFuzzSpecs(ITestOutputHelper output)
{
    [Fact]
    [Trait("kind", "fuzz")]
    public void Loop_should_relay_the_right_datagrams_and_count_all_others()
    {
        var seen = new Dictionary<string, long>();
        Fuzzing.Run(output, 100_000, () => new BothKinds(seen), (loops, random) => loops.Pick(random).Feed(random));
        output.WriteLine(string.Join(", ", seen.Select(s => $"{s.Key} {s.Value}")));
        Assert.All(seen, kind => Assert.True(kind.Value > 20, $"{kind.Key}: {kind.Value} times"));
    }

    private sealed class BothKinds(Dictionary<string, long> seen) : IDisposable
    {
        private readonly FuzzedLoop[] _loops = [new(14), new(0)];

        public FuzzedLoop Pick(Random random) => _loops[random.Next(_loops.Length)];

        public void Dispose()
        {
            foreach (FuzzedLoop loop in _loops)
            {
                foreach ((string kind, long count) in loop.Seen)
                    seen[kind] = seen.GetValueOrDefault(kind) + count;
                loop.Dispose();
            }
        }
    }
}
