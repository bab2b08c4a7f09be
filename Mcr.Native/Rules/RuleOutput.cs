using System.Net;

namespace Mcr.Native.Rules;

/// <summary>
/// Where a rule sends datagrams: to <see cref="Group"/> (a multicast group or a unicast address) and <see cref="Port"/>,
/// out of <see cref="Interface"/>. <see cref="Ttl"/>: null means the default, 1 for multicast and 64 for unicast.
/// </summary>
public sealed record RuleOutput(string Interface, IPAddress Group, ushort Port, byte? Ttl = null)
{
    public bool IsMulticast => Addresses.IsMulticast(Group);

    /// <summary>The IPv4 time to live that datagrams leave with.</summary>
    public byte EffectiveTtl => Ttl ?? (IsMulticast ? (byte)1 : (byte)64);

    public string CanonicalText => $"output/1 interface={Interface} group={Group} port={Port} ttl={EffectiveTtl}";

    public override string ToString() => $"{Group}:{Port} on {Interface}";
}
