namespace Mcr.Actors.Workers;

/// <summary>
/// A worker's place: which interface, which number. One is made each time an interface opens its port, and they are compared by
/// reference: messages of a seat that is gone are not taken for those of its successor.
/// </summary>
internal sealed class WorkerSeat(string interfaceName, int number)
{
    public string Interface { get; } = interfaceName;

    public int Number { get; } = number;

    public override string ToString() => $"worker {Number} of {Interface}";
}
