using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Host.Mcrgen;

/// <summary>Where datagrams go to, or are taken from.</summary>
/// <param name="Group">A multicast group or a unicast address.</param>
/// <param name="Source">Only for receiving: the one sender to listen to (source-specific multicast).</param>
internal sealed record Endpoint(NetworkDevice Device, IPAddress Group, ushort Port, IPAddress? Source = null)
{
    /// <summary>As it is printed: an IPv6 address stands in brackets before the port.</summary>
    public IPEndPoint Address => new(Group, Port);

    public bool IsMulticast => Addresses.IsMulticast(Group);
}
