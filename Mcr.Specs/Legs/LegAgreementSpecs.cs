namespace Mcr.Specs.Legs;

/// <summary>Whatever happens to the nodes of a leg and to the messages between them.</summary>
public sealed class LegAgreementSpecs(ITestOutputHelper output)
{
    private const int Rounds = 2_000;

    [Fact]
    public void No_key_should_be_used_by_a_beginning_that_has_lost_its_memory_of_it_and_both_should_agree_in_the_end() => Fuzzing.Run(output, Rounds, random =>
    {
        var leg = new LegAgreement();
        if (random.Next(2) == 0)
            leg.Settle();
        int most = random.Next(1, 60);
        for (int i = 0; i < most; i++)
            leg.Do(random.Next(3) == 0 ? random.Next(LegAgreement.Steps) : random.Next(11), random.Next(8));
        leg.Settle();
        Assert.True(leg.IsAgreed);
    });
}
