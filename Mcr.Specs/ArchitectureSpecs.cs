using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mcr.Native.Packet;

namespace Mcr.Specs;

/// <summary>The rules of ARCHITECTURE.md and Mcr.Native/README.md, read from the source text.</summary>
public sealed partial class ArchitectureSpecs
{
    private const int MaxLines = 400;

    private static readonly string[] Projects = ["Mcr.Native", "Mcr.Actors", "Mcr.Host/mcrd", "Mcr.Host/mcr-worker", "Mcr.Host/mcrctl", "Mcr.Host/mcrgen", "Mcr.Specs"];

    /// <summary>Source files that may be longer, and why.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    /// <summary>Files that may name a forbidden path or host, and why.</summary>
    private static readonly Dictionary<string, string> PathsAsValues = new()
    {
        ["Mcr.Specs/Control/ControlServerSpecs.cs"] = "paths that are refused, never opened",
    };

    private static readonly Dictionary<string, string> Files = SourceTree.Read(Executables.RepositoryRoot);

    private static readonly Dictionary<string, string> Code = Files.Where(f => f.Key.EndsWith(".cs", StringComparison.Ordinal)).ToDictionary();

    [Fact]
    public void Foreign_functions_should_be_declared_in_interop_only()
    {
        Regex import = ForeignFunction();
        Assert.Contains(Code, f => IsIn(f.Key, "Mcr.Native/Interop") && import.IsMatch(f.Value));
        Assert.Empty(Code.Where(f => !IsIn(f.Key, "Mcr.Native/Interop") && import.IsMatch(f.Value)).Select(f => f.Key));
    }

    [Theory]
    [InlineData("Mcr.Native/Packet")]
    [InlineData("Mcr.Native/Rules")]
    public void Bytes_and_rules_should_be_read_without_pointers(string folder) => Assert.Empty(Mentions(folder, @"\bunsafe\b|\bstackalloc\b\s*\w+\s*\*|Unsafe\."));

    [Fact]
    public void Native_should_reference_nothing_but_libc()
    {
        var project = XDocument.Parse(Files["Mcr.Native/Mcr.Native.csproj"]);
        Assert.Equal(["Tmds.LibC"], References(project, "PackageReference"));
        Assert.Empty(References(project, "ProjectReference"));
        Assert.DoesNotContain(typeof(FrameParser).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("Akka", StringComparison.Ordinal));
    }

    /// <summary>A worker has what strangers send in its memory: it loads what it relays with, and nothing else.</summary>
    [Fact]
    public void Worker_should_reference_nothing_but_native()
    {
        var project = XDocument.Parse(Files["Mcr.Host/mcr-worker/mcr-worker.csproj"]);
        Assert.Equal("Microsoft.NET.Sdk", (string?)project.Root!.Attribute("Sdk"));
        Assert.Equal(["../../Mcr.Native/Mcr.Native.csproj"], References(project, "ProjectReference"));
        Assert.Empty(References(project, "PackageReference").Concat(References(project, "FrameworkReference")));
    }

    /// <summary>mcrctl uses both and never loads Akka. A comment may name it.</summary>
    [Theory]
    [InlineData("Mcr.Actors/Configuration")]
    [InlineData("Mcr.Actors/Control")]
    public void Configuration_and_control_should_use_no_akka(string folder) => Assert.Empty(Mentions(folder, @"\bAkka\b"));

    /// <summary>What the using directives and names cannot show: a type of Akka that a signature or a body reaches by inference.</summary>
    [Theory]
    [InlineData("Mcr.Actors.Configuration")]
    [InlineData("Mcr.Actors.Control")]
    public void Members_in_configuration_and_control_should_have_no_type_of_akka(string space)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        Type[] types = [.. typeof(Mcr.Actors.Configuration.McrSettings).Assembly.GetTypes().Where(t => t.Namespace == space || t.Namespace?.StartsWith(space + ".", StringComparison.Ordinal) == true)];
        IEnumerable<Type> used = types.SelectMany(t => t.GetInterfaces().Append(t.BaseType ?? t)
            .Concat(t.GetFields(All).Select(f => f.FieldType))
            .Concat(t.GetConstructors(All).Cast<MethodBase>().Concat(t.GetMethods(All)).SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Concat(m.GetMethodBody()?.LocalVariables.Select(v => v.LocalType) ?? [])))
            .Concat(t.GetMethods(All).Select(m => m.ReturnType)));
        Assert.Empty(used.Where(t => t.ToString().Contains("Akka.", StringComparison.Ordinal)).Select(t => t.ToString()));
    }

    [Theory]
    [InlineData("Packet", "Ingress|Egress|Interop|Rules|Loop|Worker|Netlink|Namespaces|Privileges")]
    [InlineData("Rules", "Ingress|Egress|Interop|Packet|Loop|Worker|Netlink|Namespaces|Privileges")]
    [InlineData("Ingress", "Rules|Packet|Egress|Loop|Worker|Namespaces|Privileges")]
    [InlineData("Egress", "Rules|Packet|Ingress|Loop|Worker|Netlink|Namespaces|Privileges")]
    [InlineData("Netlink", "Rules|Packet|Ingress|Egress|Loop|Worker|Namespaces|Privileges")]
    [InlineData("Privileges", "Rules|Packet|Ingress|Egress|Loop|Worker|Netlink|Namespaces")]
    [InlineData("Namespaces", "Rules|Packet|Ingress|Egress|Loop|Worker|Privileges")]
    [InlineData("Legs", "Rules|Packet|Ingress|Egress|Loop|Worker|Netlink|Namespaces|Privileges|Redundancy|Interop")]
    [InlineData("Interop", "Rules|Packet|Ingress|Egress|Loop|Worker|Netlink|Namespaces|Privileges")]
    public void Part_of_the_data_path_should_not_know(string part, string others)
    {
        Assert.Contains(Code, f => IsIn(f.Key, $"Mcr.Native/{part}"));
        Assert.Empty(Mentions($"Mcr.Native/{part}", $@"\bMcr\.Native\.({others})\b|\b(?<![\w.])({others})\.[A-Z]\w*\b"));
        Assert.All(Code.Where(f => IsIn(f.Key, $"Mcr.Native/{part}")), f => Assert.Contains($"namespace Mcr.Native.{part};", f.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_loop_and_the_worker_should_know_the_whole_data_path()
    {
        string[] all = ["Ingress", "Packet", "Rules", "Egress"];
        string[] parts = [.. Code.Where(f => IsIn(f.Key, "Mcr.Native")).GroupBy(f => f.Key.Split('/')[1]).Where(part => all.All(a => part.Any(f => f.Value.Contains($"using Mcr.Native.{a};", StringComparison.Ordinal)))).Select(part => part.Key).Order()];
        Assert.Equal(["Loop", "Worker"], parts);
    }

    [Fact]
    public void Source_files_should_be_short_enough_to_read()
    {
        string[] tooLong = [.. Code.Where(f => f.Value.Count(c => c == '\n') > MaxLines).Select(f => f.Key).Order()];
        Assert.Equal(LongFiles.Keys.Order(), tooLong);
    }

    [Fact]
    public void Every_project_should_be_in_the_solution()
    {
        string solution = Files["mcr.sln"].Replace('\\', '/');
        string[] projects = [.. Files.Keys.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))];
        Assert.All(Projects.Select(p => $"{p}/{Path.GetFileName(p)}.csproj"), project => Assert.Contains(project, projects));
        Assert.All(projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Package_versions_should_be_central()
    {
        Assert.Contains("<ManagePackageVersionsCentrally>true<", Files["Directory.Packages.props"], StringComparison.Ordinal);
        foreach ((string file, string text) in Files.Where(f => f.Key.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            foreach (XElement reference in XDocument.Parse(text).Descendants().Where(e => e.Name.LocalName is "PackageReference" or "PackageVersion"))
                Assert.False(reference.Name.LocalName == "PackageVersion" || reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || reference.HasElements, $"{file}: {reference}");
        }
    }

    /// <summary>What holds on one machine only has no place in the repository. (The needles are in pieces: this is a file, too.)</summary>
    [Fact]
    public void No_file_should_name_a_place_of_one_machine()
    {
        string[] needles = ["/wo" + "rk/", "/tm" + "p/", "nuget" + ".org", "npmjs" + ".org", "pypi" + ".org", "artifact" + "ory", "pkgs." + "dev.azure"];
        Assert.Empty(
            from file in Files
            where !PathsAsValues.ContainsKey(file.Key)
            from needle in needles
            where file.Value.Contains(needle, StringComparison.OrdinalIgnoreCase)
            select $"{file.Key}: {needle}");
    }

    private static IEnumerable<string> Mentions(string folder, string pattern) =>
        from file in Code
        where IsIn(file.Key, folder)
        from line in file.Value.Split('\n')
        let code = Comment().Replace(line, "")
        where Regex.IsMatch(code, pattern)
        select $"{file.Key}: {line.Trim()}";

    private static bool IsIn(string file, string folder) => file.StartsWith(folder + "/", StringComparison.Ordinal);

    private static IEnumerable<string> References(XDocument project, string kind) => project.Descendants(kind).Select(e => (string)e.Attribute("Include")!);

    [GeneratedRegex(@"\[(System\.Runtime\.InteropServices\.)?(Dll|Library)Import\b")]
    private static partial Regex ForeignFunction();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();
}
