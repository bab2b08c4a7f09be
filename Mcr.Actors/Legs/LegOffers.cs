using System.Collections.Immutable;
using System.Net;
using Mcr.Actors.Control;
using Mcr.Native.Legs;
using Mcr.Native.Worker;

namespace Mcr.Actors.Legs;

/// <summary>What the end of a leg offers to its beginning, as it goes from node to node. Pure.</summary>
internal static class LegOffers
{
    public static LegOfferEntry Of(LegEnd end)
    {
        Span<byte> secret = stackalloc byte[LegKey.Size];
        end.Leg.Keys[0].Key.Write(secret);
        return new LegOfferEntry($"{end.Address}", end.Port, LegsState.Hex(end.Leg.Id), end.Leg.Keys[0].Number, Convert.ToBase64String(secret));
    }

    /// <summary>The other way round.</summary>
    /// <param name="allowsLoopback">Nodes are on one host, for a trial: else what is sent there would be for this host's own programs.</param>
    /// <returns>null: another node has written it, and it is none.</returns>
    public static LegTarget? Read(LegOfferEntry offer, ulong instance, bool allowsLoopback = false)
    {
        byte[] secret = new byte[LegKey.Size];
        return IPAddress.TryParse(offer.Address, out IPAddress? address)
            && Native.Rules.Addresses.IsUnicast(address)
            && !address.IsIPv4MappedToIPv6 && !address.IsIPv6LinkLocal && (allowsLoopback || !IPAddress.IsLoopback(address))
            && offer.Port is > 0 and <= ushort.MaxValue
            && offer.Key is >= 0 and <= ushort.MaxValue
            && LegsState.TryHex(offer.Id, out ulong id)
            && Convert.TryFromBase64String(offer.Secret ?? "", secret, out int length)
            && LegKey.TryRead(secret.AsSpan(0, length), out LegKey key)
            ? new LegTarget(instance, address, (ushort)offer.Port, new ResolvedLeg(id, [new ResolvedLegKey((ushort)offer.Key, key)]))
            : null;
    }
}
