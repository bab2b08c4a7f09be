using System.Buffers.Binary;

namespace Mcr.Native.Interop;

/// <summary>MAC addresses between their six bytes and a number, whose low 48 bits have the first byte highest. Pure.</summary>
internal static class LinkAddressBytes
{
    public const int Length = 6;

    public static ulong Read(ReadOnlySpan<byte> bytes) => ((ulong)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]);

    public static void Write(Span<byte> bytes, ulong address)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(address >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)address);
    }
}
