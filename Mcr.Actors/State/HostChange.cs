using System.Globalization;
using System.Text.Json;
using Mcr.Actors.Configuration;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Netlink;

namespace Mcr.Actors.State;

/// <summary>A feature of a device that was changed, and how it was before.</summary>
/// <param name="Device">Its name then.</param>
/// <param name="Address">Its MAC address then, 0 for none.</param>
internal sealed record HostChange(string Device, int Index, ulong Address, string Feature, bool WasOn)
{
    /// <summary>A device may get another name or another address, but hardly both, and its index is its own while it is there.</summary>
    public bool IsOf(Link link) => link.Index == Index && (link.Name == Device || (Address != 0 && link.LinkAddress == Address));

    public static HostChange Of(Link link, string feature, bool wasOn) => new(link.Name, link.Index, link.LinkAddress, feature, wasOn);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("device", Device);
        json.WriteNumber("index", Index);
        json.WriteString("address", Address.ToString("x12", CultureInfo.InvariantCulture));
        json.WriteString("feature", Feature);
        json.WriteString("was", WasOn ? "on" : "off");
        json.WriteEndObject();
    }

    public static HostChange Read(HoconObject source, string path, List<ConfigProblem> problems)
    {
        var section = new ConfigSection(source, path, problems);
        string device = section.Text("device") ?? "";
        string feature = section.Text("feature") ?? "";
        if (device.Length == 0 || feature.Length == 0)
            section.Problem(source.At, "device", "and feature have to be there");
        if (!ulong.TryParse(section.Text("address"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address))
            section.Problem(section.PositionOf("address"), "address", "is no MAC address; give twelve hex digits");
        var change = new HostChange(device, section.Whole("index", 1, int.MaxValue), address, feature, section.Flag("was"));
        section.RefuseUnknownKeys();
        return change;
    }
}
