using Mcr.Actors.Configuration;

namespace Mcr.Specs.Configuration;

/// <summary>Configuration files of one spec.</summary>
internal sealed class SettingsDirectory : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("mcr-spec-").FullName;

    public string File(string name, string text)
    {
        string path = Path.Combine(_path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public SettingsResult Read(string text, Dictionary<string, string>? environment = null, Func<SettingsSources, SettingsSources>? flags = null)
    {
        var sources = new SettingsSources { ConfigFile = File("mcrd.hocon", text), Environment = name => environment?.GetValueOrDefault(name) };
        return SettingsReader.Read(flags is null ? sources : flags(sources));
    }

    /// <summary>Problems as <c>mcrd.hocon:1:2: sentence</c>.</summary>
    public string[] Problems(string text)
    {
        SettingsResult result = Read(text);
        Assert.Null(result.Settings);
        return [.. result.Problems.Select(p => p.ToString().Replace(_path + "/", "", StringComparison.Ordinal))];
    }

    public McrSettings Settings(string text, Dictionary<string, string>? environment = null, Func<SettingsSources, SettingsSources>? flags = null)
    {
        SettingsResult result = Read(text, environment, flags);
        return result.Settings ?? throw new ArgumentException(string.Join('\n', result.Problems));
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
