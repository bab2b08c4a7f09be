using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Host.Mcrgen;

/// <summary>Where datagrams go to, or are taken from.</summary>
/// <param name="Group">A multicast group or a unicast address.</param>
/// <param name="Source">Only for receiving: the one sender to listen to (source-specific multicast).</param>
internal sealed record Endpoint(NetworkDevice Device, IPAddress Group, ushort Port, IPAddress? Source = null)
{
    public bool IsMulticast => Addresses.IsMulticast(Group);
}
