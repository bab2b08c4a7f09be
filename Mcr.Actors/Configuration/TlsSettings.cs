namespace Mcr.Actors.Configuration;

/// <summary>By what this host proves to others who it is, and what it asks of them: paths of PEM files.</summary>
/// <param name="Ca">Certificates of the authorities whose certificates are accepted.</param>
/// <param name="Certificate">This host's.</param>
/// <param name="Key">Of that certificate.</param>
public sealed record TlsSettings(string Ca, string Certificate, string Key)
{
    public static readonly TlsSettings None = new("", "", "");

    public bool IsOff => Ca.Length + Certificate.Length + Key.Length == 0;
}
