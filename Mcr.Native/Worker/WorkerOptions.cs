using Mcr.Native.Ingress;

namespace Mcr.Native.Worker;

/// <summary>How a worker takes frames in and when it rests; mcrd decides it from the interface's settings and the device.</summary>
/// <param name="OrphanGraceMilliseconds">How long it relays on without its mcrd; <see cref="Forever"/>: until somebody adopts it.</param>
/// <param name="Segmentation">Send merged runs with UDP_SEGMENT.</param>
public sealed record WorkerOptions(int OrphanGraceMilliseconds, bool Segmentation)
{
    /// <summary>Stands for "the loop decides by the rate", see <see cref="CoalesceMicroseconds"/>.</summary>
    public const int CoalesceAuto = -1;

    /// <summary>An orphan's grace without end.</summary>
    public const int Forever = int.MaxValue;

    public const int MaxCoalesceMicroseconds = 10_000;

    public const int AnyCore = -1;

    /// <summary>As many as a cpu_set_t has.</summary>
    public const int MaxCores = 1024;

    /// <summary>The CPU that the worker stays on, or <see cref="AnyCore"/>.</summary>
    public int Core { get; init; } = AnyCore;

    /// <summary>
    /// What had arrived longer than this before the loop begins is dropped as <see cref="Packet.DropReason.Stale"/>: nobody wants what a worker that
    /// died long ago has left. 0: nothing is.
    /// </summary>
    public int MaxAgeMilliseconds { get; init; }

    /// <summary>Bytes in front of the IP header: 14 on Ethernet and lo, 0 on devices without a link header.</summary>
    public int LinkHeader { get; init; } = 14;

    /// <summary>Never sleep: the lowest latency for a whole CPU.</summary>
    public bool Spin { get; init; }

    /// <summary>How long a busy loop rests between two batches; 0 never, <see cref="CoalesceAuto"/>: as the rate allows.</summary>
    public int CoalesceMicroseconds { get; init; } = CoalesceAuto;

    /// <summary>Put IP fragments together; otherwise they are counted and dropped.</summary>
    public bool Reassemble { get; init; } = true;

    /// <summary>The mapped ring of each ingress socket; all 0: frames are read with recvmmsg.</summary>
    public RingGeometry Ring { get; init; }

    internal void Write(ByteWriter writer)
    {
        writer.U32(OrphanGraceMilliseconds);
        writer.U8(Segmentation ? (byte)1 : (byte)0);
        writer.U8((byte)LinkHeader);
        writer.U8(Spin ? (byte)1 : (byte)0);
        writer.U16(CoalesceMicroseconds + 1);
        writer.U8(Reassemble ? (byte)1 : (byte)0);
        writer.U16(Core + 1);
        writer.U32(MaxAgeMilliseconds);
        Write(writer, Ring);
    }

    internal static void Write(ByteWriter writer, RingGeometry ring)
    {
        writer.U32(ring.FrameSize);
        writer.U32(ring.BlockSize);
        writer.U32(ring.Blocks);
    }

    /// <exception cref="InvalidDataException">a value that cannot be.</exception>
    internal static RingGeometry ReadRing(ref ByteReader reader) => new(reader.Count(1 << 20), reader.Count(1 << 24), reader.Count(1 << 20));

    /// <exception cref="InvalidDataException">a value that cannot be.</exception>
    internal static WorkerOptions Read(ref ByteReader reader) => new(reader.Count(int.MaxValue), reader.U8() != 0)
    {
        LinkHeader = ByteReader.Limited(reader.U8(), 14),
        Spin = reader.U8() != 0,
        CoalesceMicroseconds = ByteReader.Limited(reader.U16(), MaxCoalesceMicroseconds + 1) - 1,
        Reassemble = reader.U8() != 0,
        Core = ByteReader.Limited(reader.U16(), MaxCores) - 1,
        MaxAgeMilliseconds = reader.Count(int.MaxValue),
        Ring = ReadRing(ref reader),
    };
}
