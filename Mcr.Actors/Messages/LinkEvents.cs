using Mcr.Native.Netlink;

namespace Mcr.Actors.Messages;

/// <summary>From the watch on the machine's devices to the supervisor, and from there to all interfaces.</summary>
internal static class LinkEvents
{
    /// <summary>How all devices are now; something differs from the last.</summary>
    public sealed record Changed(LinkTable Links);
}
