namespace Mcr.Actors.Configuration;

/// <summary>What differs between the settings in effect and those of files that were read again, rules aside. Pure.</summary>
internal static class SettingsDifference
{
    private const string Workers = ".workers";

    /// <summary>Lines such as <c>worker.standby: on, now off</c>.</summary>
    /// <param name="isApplied">Whether the number of workers of this interface has been brought about already; asked for interfaces that are named in either.</param>
    public static IReadOnlyList<string> Of(McrSettings inEffect, McrSettings next, Func<string, bool> isApplied)
    {
        Dictionary<string, string> before = Named(inEffect);
        Dictionary<string, string> after = Named(next);
        HashSet<string> applied = [.. inEffect.Interfaces.Keys.Union(next.Interfaces.Keys).Where(isApplied).Select(name => SettingsKeys.Interface(name) + Workers)];
        return
        [
            .. before.Keys.Union(after.Keys)
                .Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key) && !applied.Contains(key))
                .Select(key => SettingsKeys.IsSecret(key) ? $"{key}: changed" : $"{key}: {before.GetValueOrDefault(key) ?? "not set"}, now {after.GetValueOrDefault(key) ?? "not set"}"),
            .. inEffect.AkkaJson == next.AkkaJson ? Array.Empty<string>() : ["akka"],
        ];
    }

    private static Dictionary<string, string> Named(McrSettings settings) => SettingsKeys.Of(settings).ToDictionary(k => k.Key, k => k.Value);
}
