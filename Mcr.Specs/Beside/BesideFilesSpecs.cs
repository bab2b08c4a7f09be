using Mcr.Actors.Beside;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Specs.Cluster.Tls;

namespace Mcr.Specs.Beside;

/// <summary>Which certificate files an ActorSystem beside the relay's begins with.</summary>
public sealed class BesideFilesSpecs
{
    [Fact]
    public void Files_that_cannot_be_used_should_give_way_to_the_last_good_ones_and_be_told_of()
    {
        using var lab = new CertificateLab();
        TlsSettings settings = lab.Settings(lab.Node());
        BesideFiles good = BesideFiles.Read(settings, null, CertificateLab.Now);
        Assert.Equal(("", null), (good.Problems, BesideFiles.Renewed(good.Used, CertificateLab.Now)));

        lab.Write(settings.Certificate, "half wri");
        BesideFiles half = BesideFiles.Read(settings, good.Used, CertificateLab.Now);
        Assert.Same(good.Used, half.Used);
        Assert.Contains($"{settings.Certificate}: has no certificate in PEM", half.Problems, StringComparison.Ordinal);
        Assert.Equal(half.Problems, string.Join("; ", BesideFiles.Renewed(good.Used, CertificateLab.Now)!));
        Assert.Contains("has no certificate in PEM", Assert.Throws<InvalidDataException>(() => BesideFiles.Read(settings, null, CertificateLab.Now)).Message, StringComparison.Ordinal);

        TlsSettings renewed = lab.Settings(lab.Node(untilDays: 60));
        lab.Write(settings.Key, File.ReadAllText(renewed.Key));
        lab.Write(settings.Certificate, File.ReadAllText(renewed.Certificate));
        Assert.Empty(BesideFiles.Renewed(good.Used, CertificateLab.Now)!);
        CertificateFiles next = BesideFiles.Read(settings, good.Used, CertificateLab.Now).Used;
        Assert.NotEqual(good.Used.Own.SerialNumber, next.Own.SerialNumber);
    }
}
