using System.Runtime.Intrinsics;

namespace Mcr.Specs.Redundancy;

/// <summary>One state of the model of two nodes. <see cref="Pack"/> makes of it what states are compared by.</summary>
internal struct ModelState
{
    public ModelHost One;
    public ModelHost Other;

    /// <summary>Neither hears the other.</summary>
    public byte IsCut;

    /// <summary>Neither's mcrd reaches the other's.</summary>
    public byte IsManagementCut;

    public byte FaultsLeft;

    /// <summary>Ticks until the sender sends the next datagram.</summary>
    public byte Phase;

    /// <summary>Ticks for which the message to the old one may still be under way; 0: there is none.</summary>
    public byte YieldPending;

    public byte TakePending;

    /// <summary>The number of the one that the rule is handed over to.</summary>
    public byte HandedTo;

    /// <summary>Ticks for which two have forwarded who hear each other, and since both have sent something.</summary>
    public byte Double;

    /// <summary>A bit for each that has sent since both forward.</summary>
    public byte BothSent;

    public readonly Vector512<byte> Pack()
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes.Clear();
        One.Write(bytes);
        Other.Write(bytes[ModelHost.Size..]);
        Span<byte> rest = bytes[(2 * ModelHost.Size)..];
        (rest[0], rest[1], rest[2], rest[3]) = ((byte)(IsCut | (IsManagementCut << 1) | (HandedTo << 2) | (BothSent << 3)), FaultsLeft, Phase, (byte)(YieldPending | (TakePending << 4)));
        rest[4] = Double;
        return Vector512.Create<byte>(bytes);
    }

    public void Unpack(in Vector512<byte> packed)
    {
        Span<byte> bytes = stackalloc byte[64];
        packed.CopyTo(bytes);
        One.Read(bytes);
        Other.Read(bytes[ModelHost.Size..]);
        Span<byte> rest = bytes[(2 * ModelHost.Size)..];
        (IsCut, IsManagementCut, HandedTo, BothSent) = ((byte)(rest[0] & 1), (byte)((rest[0] >> 1) & 1), (byte)((rest[0] >> 2) & 1), (byte)(rest[0] >> 3));
        (FaultsLeft, Phase, YieldPending, TakePending, Double) = (rest[1], rest[2], (byte)(rest[3] & 15), (byte)(rest[3] >> 4), rest[4]);
    }
}
