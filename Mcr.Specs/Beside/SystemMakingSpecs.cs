using Akka.Actor;
using Mcr.Actors.Beside;

namespace Mcr.Specs.Beside;

/// <summary>An ActorSystem that nobody wants any more is ended, whenever it was made.</summary>
public sealed class SystemMakingSpecs
{
    [Fact]
    public async Task System_that_was_made_should_end_with_its_owner()
    {
        var making = new SystemMaking();
        ActorSystem system = making.Keep(ActorSystem.Create("kept"), s => s);
        Assert.False(system.WhenTerminated.IsCompleted);
        making.End();
        await system.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task System_that_is_made_too_late_should_end_at_once()
    {
        var making = new SystemMaking();
        making.End();
        var late = ActorSystem.Create("late");
        Assert.Throws<OperationCanceledException>(() => making.Keep(late, s => s));
        await late.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
