using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Mcr.Native.Interop;

namespace Mcr.Native.Netlink;

/// <summary>
/// Reads rtnetlink answers (rtnetlink(7)): bytes in, links out. Pure; every length is checked before it is used, and a message that
/// contradicts itself ends the parse of its buffer.
/// </summary>
internal sealed class NetlinkParser
{
    private const int HeaderSize = 16; // struct nlmsghdr
    private const int LinkHeaderSize = 16; // struct ifinfomsg
    private const int AddressHeaderSize = 8; // struct ifaddrmsg

    private readonly Dictionary<int, Link> _links = [];
    private readonly Dictionary<int, List<IPAddress>> _addresses = [];

    /// <summary>Indexes of devices that have left the namespace (RTM_DELLINK).</summary>
    public List<int> Gone { get; } = [];

    /// <summary>errno of an NLMSG_ERROR answer, or 0.</summary>
    public int Error { get; private set; }

    /// <summary>The kernel's tables changed during the dump: ask again.</summary>
    public bool Interrupted { get; private set; }

    public IEnumerable<Link> Links => _links.Values.Select(l => l with
    {
        Addresses = [.. _addresses.GetValueOrDefault(l.Index) ?? []],
    });

    /// <summary>Takes one datagram of a dump, or of news.</summary>
    /// <returns>true when the dump is complete (NLMSG_DONE or an error).</returns>
    public bool Take(ReadOnlySpan<byte> datagram)
    {
        while (datagram.Length >= HeaderSize)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(datagram);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(datagram[4..]);
            ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(datagram[6..]);
            if (length < HeaderSize || length > datagram.Length)
            {
                Error = Libc.EINVAL; // what came before is not all there is
                return true;
            }

            Interrupted |= (flags & Libc.NLM_F_DUMP_INTR) != 0;
            ReadOnlySpan<byte> body = datagram[HeaderSize..(int)length];
            switch (type)
            {
                case Libc.NLMSG_DONE:
                    return true;
                case Libc.NLMSG_ERROR:
                    Error = body.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(body) : Libc.EINVAL;
                    return true;
                case Libc.RTM_NEWLINK:
                    TakeLink(body);
                    break;
                case Libc.RTM_DELLINK when body.Length >= LinkHeaderSize && body[0] == Libc.AF_UNSPEC: // of AF_BRIDGE: it has left a bridge
                    Gone.Add(BinaryPrimitives.ReadInt32LittleEndian(body[4..]));
                    break;
                case Libc.RTM_NEWADDR:
                    TakeAddress(body);
                    break;
            }

            datagram = datagram[Math.Min(Aligned((int)length), datagram.Length)..];
        }

        return false;
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    private void TakeLink(ReadOnlySpan<byte> body)
    {
        if (body.Length < LinkHeaderSize)
            return;
        ushort hardware = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        int index = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        string name = "";
        int mtu = 0;
        ulong linkAddress = 0;
        (uint ups, uint downs) = (0, 0);
        ReadOnlySpan<byte> attributes = body[LinkHeaderSize..];
        while (NextAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            if (type == Libc.IFLA_IFNAME)
                name = Encoding.UTF8.GetString(value.TrimEnd((byte)0));
            else if (type == Libc.IFLA_MTU && value.Length >= 4)
                mtu = BinaryPrimitives.ReadInt32LittleEndian(value);
            else if (type == Libc.IFLA_CARRIER_UP_COUNT && value.Length >= 4)
                ups = BinaryPrimitives.ReadUInt32LittleEndian(value);
            else if (type == Libc.IFLA_CARRIER_DOWN_COUNT && value.Length >= 4)
                downs = BinaryPrimitives.ReadUInt32LittleEndian(value);
            else if (type == Libc.IFLA_ADDRESS && value.Length == LinkAddressBytes.Length)
                linkAddress = LinkAddressBytes.Read(value);
        }

        LinkKind kind = hardware switch
        {
            Libc.ARPHRD_ETHER => LinkKind.Ethernet,
            Libc.ARPHRD_LOOPBACK => LinkKind.Loopback,
            Libc.ARPHRD_NONE or Libc.ARPHRD_RAWIP or Libc.ARPHRD_PPP or Libc.ARPHRD_TUNNEL or Libc.ARPHRD_TUNNEL6 or Libc.ARPHRD_SIT => LinkKind.Bare,
            _ => LinkKind.Other,
        };
        _links[index] = new Link(index, name, kind, (flags & Libc.IFF_UP) != 0, (flags & Libc.IFF_RUNNING) != 0, (flags & Libc.IFF_MULTICAST) != 0, mtu, ImmutableArray<IPAddress>.Empty)
        {
            LinkAddress = linkAddress,
            CarrierUps = ups,
            CarrierDowns = downs,
        };
    }

    private void TakeAddress(ReadOnlySpan<byte> body)
    {
        if (body.Length < AddressHeaderSize)
            return;
        int index = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
        IPAddress? address = null;
        ReadOnlySpan<byte> attributes = body[AddressHeaderSize..];
        while (NextAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            // On point-to-point links IFA_ADDRESS is the peer's and IFA_LOCAL ours; elsewhere they are equal (rtnetlink(7)).
            if (value.Length is 4 or 16 && (type == Libc.IFA_LOCAL || (type == Libc.IFA_ADDRESS && address is null)))
                address = new IPAddress(value);
        }

        if (address is null)
            return;
        if (!_addresses.TryGetValue(index, out List<IPAddress>? list))
            _addresses[index] = list = [];
        list.Add(address);
    }

    private static bool NextAttribute(ref ReadOnlySpan<byte> attributes, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (attributes.Length < 4)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
        type = BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) & 0x3FFF; // less the NLA_F_* bits
        if (length < 4 || length > attributes.Length)
            return false;
        value = attributes[4..length];
        attributes = attributes[Math.Min(Aligned(length), attributes.Length)..];
        return true;
    }
}
