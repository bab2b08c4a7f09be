using System.Globalization;

namespace Mcr.Host.Mcrctl;

/// <summary>Fields as mcrd names them in a change of many rules: <c>rules[3].outputs[0].port</c>. Pure.</summary>
internal static class FieldPlace
{
    /// <returns>The element's number and the field within it; null when it is about no element of that list.</returns>
    public static (int Index, string Within)? Find(string field, string list)
    {
        int close = field.IndexOf(']', StringComparison.Ordinal);
        return field.StartsWith(list + "[", StringComparison.Ordinal) && close > 0 && int.TryParse(field.AsSpan(list.Length + 1, close - list.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? (index, field[(close + 1)..].TrimStart('.'))
            : null;
    }
}
