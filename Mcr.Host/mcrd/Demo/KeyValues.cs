using System.Globalization;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>The <c>key=value</c> words of a line that our programs print.</summary>
internal sealed class KeyValues
{
    private readonly Dictionary<string, string> _values = [];

    public KeyValues(string line)
    {
        foreach (string word in line.Split(' '))
        {
            int at = word.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
                _values[word[..at]] = word[(at + 1)..];
        }
    }

    /// <summary>0 where there is none.</summary>
    public long Number(string key) =>
        _values.TryGetValue(key, out string? value) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? (long)number : 0;

    public string Text(string key) => _values.GetValueOrDefault(key, "-");
}
