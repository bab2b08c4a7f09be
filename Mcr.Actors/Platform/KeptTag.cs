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

    /// <summary>A claimed unicast address and port, on the device of a feed socket if it is for one.</summary>
    public static string Claim(Membership membership) => $"{ClaimPrefix}{new IPEndPoint(membership.Group, membership.Port)}{(membership.Feed is null ? "" : $" {EgressKeyText.Write(membership.Feed)}")}";

    /// <returns>null when it is not the tag of a claim.</returns>
    public static Membership? ReadClaim(string tag)
    {
        if (!tag.StartsWith(ClaimPrefix, StringComparison.Ordinal))
            return null;
        string[] words = tag[ClaimPrefix.Length..].Split(' ', 2);
        EgressKey? feed = words.Length == 2 ? EgressKeyText.Read(words[1]) : null;
        return IPEndPoint.TryParse(words[0], out IPEndPoint? claimed) && (feed is not null) == (words.Length == 2)
            ? new Membership(claimed.Address, null, (ushort)claimed.Port) { Feed = feed }
            : null;
    }

    /// <summary>The counters of a seat that has been given up.</summary>
    public static string Slot(int number) => string.Create(CultureInfo.InvariantCulture, $"{SlotPrefix}{number}");

    /// <returns>null when it is not the tag of a slot.</returns>
    public static int? ReadSlot(string tag) =>
        tag.StartsWith(SlotPrefix, StringComparison.Ordinal) && int.TryParse(tag.AsSpan(SlotPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
