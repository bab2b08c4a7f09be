using Mcr.Native.Ingress;

namespace Mcr.Native.Worker;

/// <summary>How the frames of a feed socket are read.</summary>
/// <param name="Ring">The mapped ring that it was made with; none: with recvmmsg.</param>
/// <param name="LinkHeader">Bytes in front of the IP header.</param>
public readonly record struct FeedShape(RingGeometry Ring, int LinkHeader)
{
    internal void Write(ByteWriter writer)
    {
        WorkerOptions.Write(writer, Ring);
        writer.U8((byte)LinkHeader);
    }

    /// <exception cref="InvalidDataException">a value that cannot be.</exception>
    internal static FeedShape Read(ref ByteReader reader) => new(WorkerOptions.ReadRing(ref reader), ByteReader.Limited(reader.U8(), 14));
}
