namespace Mcr.Specs.Redundancy;

/// <summary>Nodes that say things to each other late, or not at all, and whose links, inputs and operators do what they like: see <see cref="RedundancyNetwork"/>.</summary>
public sealed class RedundancyNetworkSpecs(ITestOutputHelper output)
{
    /// <summary>Nobody stays without a forwarder for this long while a node could be one: silence, what is staggered, and an order that was on its way.</summary>
    private const int MostNobody = 500;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Rule_should_have_a_forwarder_and_come_to_rest(int nodes)
    {
        long takeovers = 0;
        Fuzzing.Run(output, 60, random =>
        {
            var network = new RedundancyNetwork(random, nodes);
            network.Run(8_000, disturb: false);
            Assert.True(network.Forwarders.Count == 1, $"after the start {network}");
            for (int disturbance = 0; disturbance < 12; disturbance++)
            {
                network.Disturb();
                network.Run(random.Next(50, 6_000), disturb: true);
                Assert.True(network.LongestNobody <= MostNobody, $"nobody for {network.LongestNobody} ms: {network}");
            }

            network.Heal();
            network.Run(15_000, disturb: false);
            long before = network.Takeovers;
            network.Run(30_000, disturb: false);
            Assert.True(network.Takeovers == before, $"{network.Takeovers - before} takeovers while nothing happened: {network}");
            Assert.True(network.Forwarders.Count == 1, $"in the end {network}");
            Assert.True(network.LongestNobody <= MostNobody, $"nobody for {network.LongestNobody} ms: {network}");
            takeovers += network.Takeovers;
        });
        output.WriteLine($"{takeovers} takeovers");
        Assert.True(takeovers > 60);
    }
}
