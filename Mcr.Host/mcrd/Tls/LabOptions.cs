namespace Mcr.Host.Mcrd.Tls;

/// <param name="Directory">Where the files are, and are to be.</param>
/// <param name="Nodes">Names of nodes that are to have a certificate.</param>
/// <param name="Consoles">Names of consoles, likewise.</param>
/// <param name="Days">How long these are valid; the authority is for ten years.</param>
internal sealed record LabOptions(string Directory, IReadOnlyList<string> Nodes, IReadOnlyList<string> Consoles, int Days)
{
    public const int DefaultDays = 365;
}
