using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>Differentiated services code points by number or by name (RFC 2474, 2597, 3246, 5865, 8622). Pure.</summary>
public static class Dscp
{
    private const byte Most = 63;

    /// <returns>0 to 63; null when it is none.</returns>
    public static byte? Parse(string text)
    {
        if (byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            return number <= Most ? number : null;
        return text.ToLowerInvariant() switch
        {
            "be" or "df" => 0,
            "le" => 1,
            "ef" => 46,
            "va" => 44,
            ['c', 's', >= '0' and <= '7' and var selector] => (byte)((selector - '0') << 3),
            ['a', 'f', >= '1' and <= '4' and var group, >= '1' and <= '3' and var drop] => (byte)(((group - '0') << 3) | ((drop - '0') << 1)),
            _ => null,
        };
    }
}
