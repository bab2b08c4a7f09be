using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;

namespace Mcr.Actors.Beside;

/// <summary>Certificate files for an ActorSystem that is being made: those on disk, or, when these cannot be used, the last ones that could.</summary>
/// <param name="Problems">Of those on disk; empty: there are none.</param>
internal sealed record BesideFiles(CertificateFiles Used, string Problems)
{
    /// <exception cref="InvalidDataException">those on disk cannot be used, and there were none before: all that is wrong with them.</exception>
    public static BesideFiles Read(TlsSettings tls, CertificateFiles? lastGood, DateTimeOffset now)
    {
        (CertificateFiles? files, var problems) = CertificateFiles.Read(tls, now);
        string all = string.Join("; ", problems);
        return new BesideFiles(files ?? lastGood ?? throw new InvalidDataException(all), all);
    }

    /// <returns>null: they are as they were read; else the problems of the new ones, none for such as can be used.</returns>
    public static IReadOnlyCollection<string>? Renewed(CertificateFiles files, DateTimeOffset now) => files.HaveChanged() ? CertificateFiles.Read(files.Settings, now).Problems : null;
}
