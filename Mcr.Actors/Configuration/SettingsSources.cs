namespace Mcr.Actors.Configuration;

/// <summary>Where settings come from; a later one wins: reference, file, drop-ins, environment, flags.</summary>
public sealed record SettingsSources
{
    /// <summary>null for none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>What the file is taken to have, in place of what it has; null: what it has.</summary>
    public string? Text { get; init; }

    /// <summary>Leave out <c>conf.d</c>.</summary>
    public bool WithoutDropIns { get; init; }

    /// <summary>The rules are taken, and not the settings: which node they are for is not judged.</summary>
    public bool ForAnyNode { get; init; }

    /// <summary><c>--interface</c>: is configured like one of the file.</summary>
    public string? Interface { get; init; }

    /// <summary><c>--num-workers</c>, as it was written.</summary>
    public string? Workers { get; init; }

    /// <summary><c>--control-socket-path</c>.</summary>
    public string? ControlSocket { get; init; }

    /// <summary><c>--log-json</c>.</summary>
    public bool LogJson { get; init; }

    /// <summary>Of the process.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;
}

/// <param name="Settings">null when there is any problem.</param>
/// <param name="Problems">By file and line.</param>
public sealed record SettingsResult(McrSettings? Settings, IReadOnlyList<ConfigProblem> Problems);
