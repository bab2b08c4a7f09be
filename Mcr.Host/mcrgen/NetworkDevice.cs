using System.Net;
using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrgen;

/// <summary>The interface a user named, by device name or by one of its addresses.</summary>
/// <param name="Address">The address it was named by; null when it was named by its device name.</param>
internal sealed unsafe record NetworkDevice(string Name, int Index, IPAddress? Address)
{
    /// <returns>Null, with a sentence about <paramref name="text"/>, when this host (this network namespace) has no such interface.</returns>
    public static NetworkDevice? Find(string text, out string problem)
    {
        problem = "";
        IReadOnlyList<(string Name, IPAddress? Address)> all = All();
        IPAddress? address = IPAddress.TryParse(text, out IPAddress? parsed) && (text.Contains(':') || parsed.ToString() == text) ? parsed : null;
        foreach ((string name, IPAddress? own) in all)
        {
            if (address is null ? name == text : address.Equals(own))
                return new NetworkDevice(name, (int)Libc.if_nametoindex(name), address);
        }

        string here = string.Join(", ", address is null
            ? all.Select(one => one.Name).Distinct()
            : all.Where(one => one.Address is not null).Select(one => $"{one.Address} ({one.Name})"));
        problem = address is null
            ? $"'{text}' is not an interface of this host; use one of: {here}"
            : $"'{text}' is not an address of this host; use one of: {here}";
        return null;
    }

    private static List<(string Name, IPAddress? Address)> All()
    {
        var all = new List<(string, IPAddress?)>();
        Libc.ifaddrs* list;
        SysResult.From(Libc.getifaddrs(&list)).OrThrow("getifaddrs");
        for (Libc.ifaddrs* one = list; one is not null; one = one->ifa_next)
        {
            // Each device has an AF_PACKET entry, and one of its family for each address.
            int family = one->ifa_addr is null ? 0 : *(ushort*)one->ifa_addr;
            string name = Marshal.PtrToStringUTF8((nint)one->ifa_name)!;
            if (family == Libc.AF_INET)
                all.Add((name, new IPAddress(((Libc.sockaddr_in*)one->ifa_addr)->sin_addr)));
            else if (family == Libc.AF_INET6)
                all.Add((name, new IPAddress(new ReadOnlySpan<byte>(((Libc.sockaddr_in6*)one->ifa_addr)->sin6_addr.s6_addr, 16))));
            else if (family == Libc.AF_PACKET)
                all.Add((name, null));
        }

        Libc.freeifaddrs(list);
        return all;
    }
}
