using System.Globalization;
using System.Text.RegularExpressions;
using Mcr.Actors.Configuration;

namespace Mcr.Specs.Packaging;

/// <summary>What is in the package: how it is judged by Debian's and systemd's own tools.</summary>
public sealed partial class ShippedSpecs(ITestOutputHelper output)
{
    private static readonly string Unit = Path.Combine(Executables.RepositoryRoot, "packaging", "systemd", "mcrd.service");

    [Fact]
    public void Unit_should_be_exposed_by_less_than_3()
    {
        NamespaceSupport.RequireProgram("systemd-analyze");
        using var run = new RunningProcess(null, "systemd-analyze", ["security", "--offline=true", "--no-pager", Unit]);
        run.WaitForExit();
        output.WriteLine(run.Output);
        Assert.InRange(double.Parse(Level().Match(run.Output).Groups[1].Value, CultureInfo.InvariantCulture), 0, 2.99);
    }

    /// <summary>Rights are written in three places: all that is used, and no more.</summary>
    [Fact]
    public void Unit_and_launcher_should_give_the_rights_that_the_readme_names()
    {
        string readme = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "README.md"));
        string rights = readme[readme.IndexOf("**Rights.**", StringComparison.Ordinal)..readme.IndexOf("what each missing one means", StringComparison.Ordinal)];
        string[] named = [.. Right().Matches(rights).Select(m => m.Value).Order(StringComparer.Ordinal)];
        string[] unit = File.ReadAllLines(Unit);
        foreach (string key in new[] { "AmbientCapabilities=", "CapabilityBoundingSet=" })
            Assert.Equal(named, unit.Single(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..].Split(' ').Order(StringComparer.Ordinal));
        string launcher = File.ReadAllLines(Path.Combine(Executables.RepositoryRoot, "packaging", "launcher")).Single(l => l.StartsWith("RIGHTS=", StringComparison.Ordinal));
        Assert.Equal(named, launcher["RIGHTS=".Length..].Split(',').Select(r => "CAP_" + r.TrimStart('+').ToUpperInvariant()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a", "10.77.0.11")]
    [InlineData("b", "10.77.0.12")]
    [InlineData("c", "10.77.0.13")]
    public void Containers_should_have_a_configuration_each(string node, string address)
    {
        SettingsResult read = SettingsReader.Read(new SettingsSources
        {
            ConfigFile = Path.Combine(Executables.RepositoryRoot, "docker", "mcrd.hocon"),
            Environment = name => name switch { "NODE" => node, "ADDRESS" => address, _ => null },
        });
        Assert.Empty(read.Problems);
        Assert.Equal((node, $"/etc/mcr/tls/{node}.pem", $"{address}:4053"), (read.Settings!.NodeName, read.Settings.Tls.Certificate, $"{read.Settings.Cluster.Listen}"));
        string compose = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "docker", "compose.yaml"));
        Assert.Contains($"environment: {{ NODE: {node}, ADDRESS: {address} }}", compose, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"Overall exposure level for mcrd\.service: ([0-9.]+)")]
    private static partial Regex Level();

    [GeneratedRegex("CAP_[A-Z_]+")]
    private static partial Regex Right();
}
