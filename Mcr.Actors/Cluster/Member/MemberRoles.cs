using Mcr.Actors.Cluster.Tls;

namespace Mcr.Actors.Cluster.Member;

/// <summary>What gossip says of a node beside its address, in roles: so it is known as soon as the node is. Read so that it can be printed, since the node itself has written it.</summary>
internal static class MemberRoles
{
    /// <summary>Before its name.</summary>
    public const string Node = "node=";

    /// <summary>Before the version of its mcrd.</summary>
    public const string Version = "version=";

    /// <returns>null: it says none.</returns>
    public static string? NodeOf(IEnumerable<string> roles) => After(Node, roles);

    /// <inheritdoc cref="NodeOf"/>
    public static string? VersionOf(IEnumerable<string> roles) => After(Version, roles);

    private static string? After(string word, IEnumerable<string> roles) =>
        roles.FirstOrDefault(r => r.StartsWith(word, StringComparison.Ordinal)) is { } role ? CertificateNames.Printable(role[word.Length..]) : null;
}
