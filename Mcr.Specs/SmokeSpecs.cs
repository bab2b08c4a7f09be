namespace Mcr.Specs;

public sealed class SmokeSpecs
{
    [Fact]
    public void The_runner_runs() => Assert.NotEmpty(AppContext.BaseDirectory);
}
