using System.Globalization;
using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// An <see cref="EgressKey"/> as the tag that goes to a worker with its socket, so that a later mcrd knows what the socket is for. Fields with a slash
/// between them, which no interface name and no address has. Pure.
/// </summary>
internal static class EgressKeyText
{
    private const int Fields = 12;

    /// <returns>Empty for a key that is too long for a tag (a device with some fifty addresses): its socket is opened anew after an adoption.</returns>
    public static string Write(EgressKey key)
    {
        string text = string.Join('/', [
            Number(key.InterfaceIndex),
            key.Interface,
            Number(key.Ttl),
            $"{key.Destination}",
            key.Addresses is null ? "" : $"={key.Addresses}",
            Number((int)key.Kind),
            Number(key.IsIpv6 ? 1 : 0),
            $"{key.Source}",
            Number(key.MaySpoof ? 1 : 0),
            Number(key.Priority),
            key.Dscp is { } dscp ? Number(dscp) : "",
            key.LinkAddress.ToString("x", CultureInfo.InvariantCulture),
        ]);
        return System.Text.Encoding.UTF8.GetByteCount(text) <= WorkerMessage.MaxTagBytes ? text : "";
    }

    /// <returns>null for what is none.</returns>
    public static EgressKey? Read(string text)
    {
        string[] fields = text.Split('/');
        if (fields.Length != Fields
            || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || !TryByte(fields[2], out byte ttl)
            || !TryByte(fields[5], out byte kind)
            || !Enum.IsDefined((EgressKind)kind)
            || !TryByte(fields[9], out byte priority)
            || !ulong.TryParse(fields[11], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong linkAddress))
        {
            return null;
        }

        IPEndPoint? destination = null;
        IPAddress? source = null;
        byte dscp = 0;
        if ((fields[3].Length > 0 && !IPEndPoint.TryParse(fields[3], out destination))
            || (fields[7].Length > 0 && !IPAddress.TryParse(fields[7], out source))
            || (fields[10].Length > 0 && !TryByte(fields[10], out dscp)))
        {
            return null;
        }

        return new EgressKey(index, fields[1], ttl, destination, fields[4].Length == 0 ? null : fields[4][1..])
        {
            Kind = (EgressKind)kind,
            IsIpv6 = fields[6] == "1",
            Source = source,
            MaySpoof = fields[8] == "1",
            Priority = priority,
            Dscp = fields[10].Length == 0 ? null : dscp,
            LinkAddress = linkAddress,
        };
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool TryByte(string text, out byte value) => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
