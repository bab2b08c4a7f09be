namespace Mcr.Actors.Configuration;

/// <summary>
/// <c>mcrctl config save</c>: the file that mcrd was started with is written anew, with the settings that it has and the rules that run. What drop-ins
/// (conf.d) say stays with them. Only what mcrd would read again without a problem is written.
/// </summary>
internal static class StartupFile
{
    /// <summary>Have the last word over files, and no place in them.</summary>
    private static readonly string[] Overrides = ["MCR_STATS_INTERVAL_MS", "MCR_CONTROL_SOCKET", "MCR_LOG_LEVEL"];

    /// <param name="sources">What mcrd reads its settings with.</param>
    /// <param name="rules">Those that run.</param>
    /// <returns>The rules of the files as they are from now on and a sentence; or problems, and then nothing was changed.</returns>
    public static (IReadOnlyList<ConfiguredRule> Rules, string Sentence, IReadOnlyList<ConfigProblem> Problems) Save(SettingsSources sources, IReadOnlyList<ConfiguredRule> rules)
    {
        string file = sources.ConfigFile!;
        var files = new SettingsSources { ConfigFile = file, Environment = name => Overrides.Contains(name) ? null : sources.Environment(name) };
        SettingsResult all = SettingsReader.Read(files);
        if (all.Settings is not { } merged)
            return ([], "", all.Problems);

        // What is alone in the file, unless it takes the drop-ins to make sense of it.
        McrSettings own = SettingsReader.Read(files with { WithoutDropIns = true, ForAnyNode = true }).Settings ?? merged;
        SettingsResult rest = SettingsReader.Read(files with { Text = ConfigText.Write([], own, []) });
        HashSet<Native.Rules.RuleInput> elsewhere = [.. (rest.Settings?.Rules ?? []).Select(r => r.Rule.Input)];
        ConfiguredRule[] mine = [.. rules.Where(r => !elsewhere.Contains(r.Rule.Input))];
        string text = ConfigText.Write([ConfigFileWriter.FirstLine, $"The file as it was before is {Path.GetFileName(file)}{ConfigFileWriter.ByHand}."], own, mine, isFrom: file);
        SettingsResult next = SettingsReader.Read(files with { Text = text });
        if (next.Settings is not { } settings)
            return ([], "", [new ConfigProblem(new Hocon.SourcePosition(file, 0, 0), "what would be written could not be read again, and nothing was changed:"), .. next.Problems]);
        if (ConfigFileWriter.TryWrite(file, text) is { } refusal)
            return ([], "", [new ConfigProblem(new Hocon.SourcePosition(file, 0, 0), $"{refusal}; save it yourself with mcrctl config save --file FILE, and move it there")]);
        string others = elsewhere.Count == 0 ? "" : $"; {elsewhere.Count} of conf.d stay there";
        string secret = own.Webhook.Authorization.Length == 0 ? "" : "; events.webhook.authorization is in it as it is now, so mind who may read the file";
        return (settings.Rules, $"{mine.Length} rules are written to {file}{others}{secret}", []);
    }
}
