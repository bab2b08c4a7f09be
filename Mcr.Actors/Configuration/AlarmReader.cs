using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.alarm-defaults</c>, and the <c>alarms</c> of a rule.</summary>
internal static class AlarmReader
{
    public static AlarmSettings ReadDefaults(ConfigSection section)
    {
        AlarmSettings settings = AlarmText.Parse(Written(section), (key, sentence) => section.Problem(section.PositionOf(key), key, sentence));
        section.RefuseUnknownKeys();
        return settings;
    }

    /// <summary>What is there, as it was written.</summary>
    public static KeyValuePair<string, string>[] Written(ConfigSection section) =>
        [.. AlarmText.Keys.Select(key => KeyValuePair.Create(key, section.Text(key))).Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value!))];
}
