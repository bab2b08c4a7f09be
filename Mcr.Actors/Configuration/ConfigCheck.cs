namespace Mcr.Actors.Configuration;

/// <summary><c>mcrd check</c> and <c>mcrctl config check</c>: reads a configuration as mcrd would, and changes nothing.</summary>
public static class ConfigCheck
{
    /// <returns>Whether mcrd would start with it.</returns>
    /// <param name="asPlaces">Say where mcrd would have its sockets and files, for scripts, in place of a sentence.</param>
    public static bool Run(string path, TextWriter output, TextWriter error, bool asPlaces = false)
    {
        SettingsResult result = SettingsReader.Read(new SettingsSources { ConfigFile = path, Environment = Environment.GetEnvironmentVariable });
        Print(result.Problems, error);
        if (result.Settings is not { } settings)
            return false;
        if (asPlaces)
        {
            output.WriteLine($"control.socket={settings.Control.Socket}\nruntime-directory={settings.RuntimeDirectory}\nstate-directory={settings.StateDirectory}");
            return true;
        }

        int interfaces = settings.Rules.SelectMany(r => r.Rule.Inputs.Where(i => i.From is null).Select(i => i.Interface)).Distinct().Count();
        output.WriteLine($"{path}: ok, {Count(settings.Rules.Length, "rule")} on {Count(interfaces, "interface")}");
        return true;
    }

    /// <summary>One line each, and their number at the end.</summary>
    public static void Print(IReadOnlyList<ConfigProblem> problems, TextWriter error)
    {
        foreach (ConfigProblem problem in problems)
            error.WriteLine(problem);
        if (problems.Count > 0)
            error.WriteLine($"{Count(problems.Count, "problem")}; nothing was changed");
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
