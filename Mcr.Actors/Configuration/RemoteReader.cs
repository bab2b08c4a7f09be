using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.tls</c>, <c>mcr.cluster</c> and <c>mcr.console</c>: what this host has to do with others.</summary>
internal static class RemoteReader
{
    public static TlsSettings ReadTls(ConfigSection tls)
    {
        var settings = new TlsSettings(tls.Text("ca") ?? "", tls.Text("certificate") ?? "", tls.Text("key") ?? "");
        tls.RefuseUnknownKeys();
        (string Key, string Path)[] all = [("ca", settings.Ca), ("certificate", settings.Certificate), ("key", settings.Key)];
        foreach ((string key, string path) in all)
        {
            if (path.Length == 0 && !settings.IsOff)
                tls.Problem(tls.PositionOf(all.First(other => other.Path.Length > 0).Key), key, "is missing; give all three of ca, certificate and key, or none (mcrd tls init makes them)");
            else if (path.Length > 0 && !Path.IsPathRooted(path))
                tls.Problem(tls.PositionOf(key), key, $"is '{path}'; give an absolute path");
        }

        return settings;
    }

    public static ClusterSettings ReadCluster(ConfigSection cluster, TlsSettings tls, string node)
    {
        var settings = new ClusterSettings(
            cluster.Flag("enabled"),
            ReadName(cluster),
            ReadPlace(cluster, "listen") ?? new HostPort("127.0.0.1", 0),
            ReadPlace(cluster, "advertise"),
            ReadSeeds(cluster),
            ReadNames(cluster, "allow"),
            cluster.Flag("insecure"))
        {
            Legs = ReadLegs(cluster.Section("legs")),
        };
        cluster.RefuseUnknownKeys();
        Judge(cluster, settings.Enabled, settings.Insecure, settings.Listen, settings.Advertise, tls);
        if (settings.Enabled && !NodeName.IsValid(node))
            cluster.Problem(cluster.PositionOf("enabled"), "enabled", $"is on, and mcr.node.name is '{RuleText.OneLine(node)}'; a node of a cluster is called by {NodeName.Wanted}, another one than the others");
        return settings;
    }

    public static ConsoleSettings ReadConsole(ConfigSection console, TlsSettings tls)
    {
        var settings = new ConsoleSettings(
            console.Flag("enabled"),
            ReadPlace(console, "listen") ?? new HostPort("127.0.0.1", 0),
            ReadPlace(console, "advertise"),
            ReadNames(console, "admins"),
            ReadNames(console, "readers"),
            console.Flag("insecure"));
        console.RefuseUnknownKeys();
        Judge(console, settings.Enabled, settings.Insecure, settings.Listen, settings.Advertise, tls);
        if (settings is { Enabled: true, Insecure: false } && !tls.IsOff && settings.Admins.IsEmpty && settings.Readers.IsEmpty)
            console.Problem(console.PositionOf("enabled"), "admins", "is empty, and so is readers: no console could do anything; give names of certificates, such as admins = [alice]");
        return settings;
    }

    private static LegSettings ReadLegs(ConfigSection legs)
    {
        string device = legs.Text("interface") ?? "";
        if (device.Length > 0 && RuleParser.WhyNoInterface(device) is { } refusal)
            legs.Problem(legs.PositionOf("interface"), "interface", $"'{RuleText.OneLine(device)}' {refusal}, or leave it empty for the one with the address of cluster.advertise or cluster.listen");
        string ports = legs.Text("ports") ?? "";
        legs.RefuseUnknownKeys();
        string[] ends = ports.Split('-', 2, StringSplitOptions.TrimEntries);
        if (ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first) && ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last)
            && first >= LegSettings.LeastPort && last >= first && last - first < LegSettings.MaxPorts)
            return new LegSettings(device.Length == 0 ? null : device, first, last);
        legs.Problem(legs.PositionOf("ports"), "ports", string.Create(CultureInfo.InvariantCulture, $"is '{RuleText.OneLine(ports)}'; give the first and the last of 1 to {LegSettings.MaxPorts} UDP ports from {LegSettings.LeastPort} on, such as 4100-4199, one for each leg that ends here"));
        return LegSettings.Default;
    }

    /// <summary>What is open to other hosts has certificates, or somebody has said that it need not.</summary>
    private static void Judge(ConfigSection section, bool isEnabled, bool isInsecure, HostPort listen, HostPort? advertise, TlsSettings tls)
    {
        if (!isEnabled)
            return;
        if (listen.IsWildcard && advertise is null)
            section.Problem(section.PositionOf("listen"), "listen", $"is {listen}, which is no place that others can dial; give advertise as well, such as 10.0.0.1:{listen.Port}");
        if (listen.Port == 0)
            section.Problem(section.PositionOf("listen"), "listen", "has port 0, and others have to know it; give one from 1 to 65535");
        if (advertise is { IsWildcard: true } or { Port: 0 })
            section.Problem(section.PositionOf("advertise"), "advertise", $"is {advertise}, which is no place that others can dial; give an address or a name, and a port");
        if (tls.IsOff && !isInsecure && !listen.IsLoopback)
            section.Problem(section.PositionOf("enabled"), "enabled", $"is on at {listen} without certificates; give mcr.tls (mcrd tls init makes certificates), or insecure = on to have everything that is said and all orders in plain text, from anybody");
    }

    private static string ReadName(ConfigSection cluster)
    {
        string name = cluster.Text("name") ?? "";
        if (!NodeName.IsValid(name) || name.Contains('.', StringComparison.Ordinal))
            cluster.Problem(cluster.PositionOf("name"), "name", $"is '{name}'; give 1 to {NodeName.MaxLength} letters, digits, - and _, the same on all nodes");
        return name;
    }

    /// <returns>null when it is not given, or wrong.</returns>
    private static HostPort? ReadPlace(ConfigSection section, string key)
    {
        string text = section.Text(key) ?? "";
        if (text.Length == 0 && key is "advertise")
            return null;
        if (HostPort.Parse(text) is { } place)
            return place;
        section.Problem(section.PositionOf(key), key, WrongPlace(text));
        return null;
    }

    private static ImmutableArray<HostPort> ReadSeeds(ConfigSection cluster)
    {
        var seeds = ImmutableArray.CreateBuilder<HostPort>();
        foreach (HoconNode node in cluster.Array("seeds"))
        {
            if (node is HoconScalar { Text: { } text } && HostPort.Parse(text) is { Port: > 0, IsWildcard: false } seed)
                seeds.Add(seed);
            else
                cluster.Problem(node.At, "seeds", WrongPlace((node as HoconScalar)?.Text ?? ""));
        }

        return seeds.ToImmutable();
    }

    private static ImmutableArray<string> ReadNames(ConfigSection section, string key)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (HoconNode node in section.Array(key))
        {
            if (node is HoconScalar { Text: { Length: > 0 } name })
                names.Add(name);
            else
                section.Problem(node.At, key, $"has {ConfigSection.Kind(node)}; give names of certificates, as in [relay-a, relay-b]");
        }

        return names.ToImmutable();
    }

    private static string WrongPlace(string text) => $"is '{text}'; give an address or a name, and a port, such as 10.0.0.1:4053, [2001:db8::1]:4053 or relay-a.example:4053";
}
