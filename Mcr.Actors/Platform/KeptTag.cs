using System.Globalization;
using System.Net;

namespace Mcr.Actors.Platform;

/// <summary>What the descriptors are that workers only keep, as the tags that go with them. Pure.</summary>
internal static class KeptTag
{
    /// <summary>Joined groups. A later mcrd joins anew, and then closes it.</summary>
    public const string Groups = "groups";

    /// <summary>Where each rule's counting began.</summary>
    public const string Bases = "bases";

    private const string ClaimPrefix = "claim ";
    private const string SlotPrefix = "slot ";

    /// <summary>A claimed unicast address and port.</summary>
    public static string Claim(Membership membership) => $"{ClaimPrefix}{new IPEndPoint(membership.Group, membership.Port)}";

    /// <returns>null when it is not the tag of a claim.</returns>
    public static Membership? ReadClaim(string tag) =>
        tag.StartsWith(ClaimPrefix, StringComparison.Ordinal) && IPEndPoint.TryParse(tag.AsSpan(ClaimPrefix.Length), out IPEndPoint? claimed)
            ? new Membership(claimed.Address, null, (ushort)claimed.Port)
            : null;

    /// <summary>The counters of a seat that has been given up.</summary>
    public static string Slot(int number) => string.Create(CultureInfo.InvariantCulture, $"{SlotPrefix}{number}");

    /// <returns>null when it is not the tag of a slot.</returns>
    public static int? ReadSlot(string tag) =>
        tag.StartsWith(SlotPrefix, StringComparison.Ordinal) && int.TryParse(tag.AsSpan(SlotPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
