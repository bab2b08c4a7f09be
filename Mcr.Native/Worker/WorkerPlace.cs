namespace Mcr.Native.Worker;

/// <summary>Where a worker belongs: it keeps this for whoever adopts it.</summary>
/// <param name="Interface">The input device's name.</param>
/// <param name="Seat">The worker's number on that interface.</param>
/// <param name="Owner">The user of mcrd, who may adopt it besides root.</param>
public sealed record WorkerPlace(string Interface, int InterfaceIndex, int Seat, uint Owner)
{
    private const int MaxNameBytes = 64;

    internal void Write(ByteWriter writer)
    {
        writer.Text(Interface, MaxNameBytes);
        writer.U32(InterfaceIndex);
        writer.U16(Seat);
        writer.U64(Owner);
    }

    /// <exception cref="InvalidDataException">a value that cannot be.</exception>
    internal static WorkerPlace Read(ref ByteReader reader)
    {
        string name = reader.Text(MaxNameBytes);
        int index = reader.Count(int.MaxValue);
        int seat = reader.U16();
        ulong owner = reader.U64();
        return owner <= uint.MaxValue ? new WorkerPlace(name, index, seat, (uint)owner) : throw new InvalidDataException($"user {owner}");
    }
}
