using System.Buffers.Binary;
using System.Diagnostics;
using Mcr.Native.Ingress;

namespace Mcr.Specs.Ingress;

/// <summary>A frame as a spec sees it, copied out of its source's memory.</summary>
/// <param name="Payload">Of the UDP datagram, or of the merged ones.</param>
internal sealed record SeenFrame(byte[] Payload, int Segment, ushort VlanId, byte PacketType, long Arrival, bool IsTruncated)
{
    /// <summary>What <see cref="Numbered"/> wrote.</summary>
    public int Number => BinaryPrimitives.ReadInt32LittleEndian(Payload);

    public static byte[] Numbered(int number, int size)
    {
        byte[] payload = new byte[size];
        new Random(number).NextBytes(payload);
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }
}

/// <summary>A ring source, and the counter that goes with it.</summary>
internal sealed unsafe class RingReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const int PayloadOffset = 14 + 20 + 8;

    private readonly PinnedWords _clipped = new(1);
    private readonly FrameBatch _batch = new();

    public RingReader(PacketSocket socket)
    {
        Assert.Null(socket.RingRefusal);
        Source = new RingSource(socket.Descriptor.Raw, socket.Ring, _clipped.Pointer);
    }

    public RingSource Source { get; }

    public long Clipped => *_clipped.Pointer;

    /// <summary>One batch, which the source keeps until it is asked for more.</summary>
    public SeenFrame[] Receive()
    {
        int count = Source.Receive(_batch);
        var seen = new SeenFrame[count];
        for (int i = 0; i < count; i++)
        {
            ref ReceivedFrame frame = ref _batch[i];
            byte[] bytes = new ReadOnlySpan<byte>(frame.Data, frame.Length).ToArray();
            seen[i] = new SeenFrame(bytes[Math.Min(PayloadOffset, bytes.Length)..], frame.Vnet.gso_size, frame.VlanId, frame.PacketType, frame.Arrival, frame.IsTruncated);
        }

        return seen;
    }

    /// <summary>Batches until so many frames have come; more than that is all the same returned.</summary>
    public List<SeenFrame> Take(int count)
    {
        var seen = new List<SeenFrame>();
        long began = Stopwatch.GetTimestamp();
        while (seen.Count < count && Stopwatch.GetElapsedTime(began) < Patience)
            seen.AddRange(Receive());
        Source.Release();
        return seen;
    }

    public void Dispose()
    {
        Source.Dispose();
        _batch.Dispose();
        _clipped.Dispose();
    }
}
