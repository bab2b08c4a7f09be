using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>
/// Where a payload has its sequence number, as market-data feeds do: <see cref="Offset"/> bytes into the payload, <see cref="Width"/> bits. Where datagrams
/// carry several numbered messages (MoldUDP64), <see cref="CountOffset"/> and <see cref="CountWidth"/> say where their number is.
/// </summary>
/// <param name="Offset">Bytes, 0 to 4095.</param>
/// <param name="Width">8, 16, 32 or 64 bits.</param>
/// <param name="LittleEndian">Of both fields.</param>
/// <param name="CountOffset">Bytes, 0 to 4095; meaningless while <paramref name="CountWidth"/> is 0.</param>
/// <param name="CountWidth">0: each datagram is one number. Else 8, 16 or 32 bits.</param>
public readonly record struct SequenceField(int Offset, int Width, bool LittleEndian = false, int CountOffset = 0, int CountWidth = 0)
{
    public const int MaxOffset = 4095;

    /// <summary>As <see cref="AnalysisSettings.Parameters"/>; not 0.</summary>
    internal ulong Pack() => (uint)Offset | ((ulong)Width << 16) | ((ulong)CountOffset << 24) | ((ulong)CountWidth << 40) | (LittleEndian ? 1UL << 48 : 0);

    internal static SequenceField Unpack(ulong packed) => new(OffsetOf(packed), WidthOf(packed), IsLittleEndian(packed), CountOffsetOf(packed), CountWidthOf(packed));

    // One by one, for the loop:
    internal static int OffsetOf(ulong packed) => (int)(packed & 0xFFFF);

    internal static int WidthOf(ulong packed) => (int)(packed >> 16 & 0xFF);

    internal static int CountOffsetOf(ulong packed) => (int)(packed >> 24 & 0xFFFF);

    internal static int CountWidthOf(ulong packed) => (int)(packed >> 40 & 0xFF);

    internal static bool IsLittleEndian(ulong packed) => (packed >> 48 & 1) != 0;

    /// <summary>Bytes that a payload needs to have both fields.</summary>
    internal static int LeastLength(ulong packed)
    {
        int number = OffsetOf(packed) + (WidthOf(packed) >> 3);
        return CountWidthOf(packed) == 0 ? number : Math.Max(number, CountOffsetOf(packed) + (CountWidthOf(packed) >> 3));
    }

    /// <summary>The number of a payload that is long enough, and how many numbers it takes: 1 where there is no such field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe (ulong Number, int Count) Read(ulong packed, byte* payload)
    {
        bool isLittle = IsLittleEndian(packed);
        ulong number = Read(payload + OffsetOf(packed), WidthOf(packed), isLittle);
        int countWidth = CountWidthOf(packed);
        if (countWidth == 0)
            return (number, 1);
        ulong messages = Read(payload + CountOffsetOf(packed), countWidth, isLittle);
        return (number, messages > 0xFFFE ? 0 : (int)messages); // MoldUDP64: 0xFFFF ends a session, and is no number of messages
    }

    internal bool IsValid => Offset is >= 0 and <= MaxOffset && Width is 8 or 16 or 32 or 64 && CountOffset is >= 0 and <= MaxOffset && CountWidth is 0 or 8 or 16 or 32;

    /// <summary>A number of so many bits.</summary>
    internal static unsafe ulong Read(byte* at, int width, bool isLittle)
    {
        switch (width)
        {
            case 8:
                return *at;
            case 16:
                ushort two = Unsafe.ReadUnaligned<ushort>(at);
                return isLittle ? two : BinaryPrimitives.ReverseEndianness(two);
            case 32:
                uint four = Unsafe.ReadUnaligned<uint>(at);
                return isLittle ? four : BinaryPrimitives.ReverseEndianness(four);
            default:
                ulong eight = Unsafe.ReadUnaligned<ulong>(at);
                return isLittle ? eight : BinaryPrimitives.ReverseEndianness(eight);
        }
    }
}
