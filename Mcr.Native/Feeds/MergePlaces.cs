using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mcr.Native.Feeds;

/// <summary>What is known of one number of the stream.</summary>
internal struct MergePlace
{
    /// <summary>Of the payload that came first, see <see cref="Fingerprint"/>.</summary>
    public uint Fingerprint;

    /// <summary>When it first came, microseconds of the wall clock, the low 32 bits; 0: not known.</summary>
    public uint FirstMicroseconds;

    /// <summary>The datagram that waits for its turn, see <see cref="HeldDatagrams"/>, plus 1; 0: none.</summary>
    public int Held;

    /// <summary>A bit for each input that has brought it.</summary>
    public byte SeenBy;

    public bool IsForwarded;
}

/// <summary>
/// The places of the last numbers and of some that are ahead, by the low bits of the number: a place belongs to the newest number that was reached. Untouched pages cost nothing.
/// Loop thread only.
/// </summary>
internal sealed unsafe class MergePlaces : IDisposable
{
    /// <summary>Numbers: more than are looked at behind and ahead, and a datagram's.</summary>
    public const int Size = 65_536;

    private readonly MergePlace* _places = (MergePlace*)NativeMemory.AllocZeroed(Size, (nuint)sizeof(MergePlace));

    private long _from; // the oldest number that has had a place

    /// <summary>Behind the newest number that has a place.</summary>
    public long Top { get; private set; }

    public MergePlace* this[long number]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _places + (number & (Size - 1));
    }

    /// <summary>Everything is forgotten; numbers from <paramref name="top"/> on are new.</summary>
    public void Begin(long top)
    {
        if (Top - _from >= Size)
            NativeMemory.Clear(_places, Size * (nuint)sizeof(MergePlace));
        for (; Top - _from is > 0 and < Size; _from++)
            *this[_from] = default; // few, where streams change quickly
        Top = _from = top;
    }

    /// <summary>Numbers from <paramref name="number"/> to before <paramref name="end"/> are written to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reach(long number, long end)
    {
        if (number - _from < 0)
            _from = number;
        Reach(end);
    }

    /// <summary>Numbers up to <paramref name="end"/> have places from now on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reach(long end)
    {
        for (; Top - end < 0; Top++)
            *this[Top] = default;
    }

    public void Dispose() => NativeMemory.Free(_places);

    /// <summary>
    /// Tells payloads apart that should be one: their length, and what stands at their end and in the middle. For a report only, so it need not see everything.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Fingerprint(byte* payload, int length)
    {
        if (length < sizeof(ulong))
            return (uint)length;
        ulong end = Unsafe.ReadUnaligned<ulong>(payload + length - sizeof(ulong));
        ulong middle = Unsafe.ReadUnaligned<ulong>(payload + ((length - sizeof(ulong)) >> 1));
        ulong mixed = ((end ^ (uint)length) * 0x9E3779B97F4A7C15) + (middle * 0xC2B2AE3D27D4EB4F);
        return (uint)(mixed >> 32);
    }
}
