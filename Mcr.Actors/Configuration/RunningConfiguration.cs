namespace Mcr.Actors.Configuration;

/// <summary>Where this mcrd's settings come from, and what of them is in effect. Written by one actor, read by any thread.</summary>
public sealed class RunningConfiguration(SettingsSources sources, McrSettings settings)
{
    private volatile McrSettings _settings = settings;

    /// <summary>What the files are read with, again and again: the same file, flags and environment.</summary>
    public SettingsSources Sources => sources;

    /// <summary>In effect; its rules are those of the files.</summary>
    public McrSettings Settings => _settings;

    /// <summary>null for an mcrd without a file.</summary>
    public string? File => sources.ConfigFile is { } file ? Path.GetFullPath(file) : null;

    internal void Become(McrSettings next) => _settings = next;
}
