using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Mcr.Actors.Redundancy;

/// <summary>What a node says to all others of a redundant rule that it has.</summary>
public sealed record RedundancyReport
{
    public bool Forwarding { get; init; }

    /// <summary>Somebody wanted it so: the preferred node does not take it back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByHand { get; init; }

    /// <summary>In that role, by that node's clock: for people.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Why it has that role.</summary>
    public string Cause { get; init; } = "";

    /// <summary>Why it is not to forward; null: it may.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unfit { get; init; }

    /// <summary>What it would do without; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Degraded { get; init; }

    /// <summary>Its input brings datagrams.</summary>
    public bool Flowing { get; init; }

    /// <summary>Its outputs send some.</summary>
    public bool Sending { get; init; }

    /// <summary>It hears the others on the output's segment.</summary>
    public bool Proven { get; init; }

    /// <summary>Where its datagrams come from: MAC addresses, as 12 hexadecimal digits each.</summary>
    public string Links { get; init; } = "";

    /// <summary>IPv4 addresses of its outputs' devices, with blanks between them.</summary>
    public string Addresses { get; init; } = "";

    /// <summary>It could take over now.</summary>
    [JsonIgnore]
    public bool IsReady => Unfit is null;

    internal static string LinksText(ImmutableArray<ulong> links) => string.Join(' ', links.Select(l => l.ToString("x12", CultureInfo.InvariantCulture)));

    /// <inheritdoc cref="ReadLinks"/>
    internal IEnumerable<IPAddress> ReadAddresses() => Addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => IPAddress.TryParse(text, out IPAddress? address) ? address : null).OfType<IPAddress>().Where(a => a.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>What is none is left out: another node has written it.</summary>
    internal IEnumerable<ulong> ReadLinks()
    {
        foreach (string text in Links.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong link) && link is > 0 and < 1UL << 48)
                yield return link;
        }
    }
}
