namespace Mcr.Actors.Cluster;

/// <summary>Of <see cref="MovesState"/>, what outlives the cluster's ActorSystem, which is made anew with each move. Written by the one that ends, read for the next.</summary>
internal sealed class MovesMemory
{
    private volatile MovesState _state = MovesState.None;

    public TimeSpan Hold => _state.Hold;

    public void Moved(TimeSpan now) => _state = _state.Moved(now);
}
