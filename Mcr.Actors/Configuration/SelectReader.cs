using Mcr.Native.Rules;

namespace Mcr.Actors.Configuration;

/// <summary>The <c>select</c> of a rule where it is an object, and no text.</summary>
internal static class SelectReader
{
    /// <summary>What is there, as the text that it could be.</summary>
    public static string Written(ConfigSection section) =>
        string.Join(',', SelectText.Keys.Select(key => (Key: key, Value: section.Text(key))).Where(p => p.Value is not null).Select(p => $"{p.Key}={p.Value}"));
}
