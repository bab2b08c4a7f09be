namespace Mcr.Native.Rules;

/// <summary>A switch as an operator writes it. Pure.</summary>
public static class FlagText
{
    public const string On = "on";
    public const string Off = "off";

    /// <returns>null when it is neither.</returns>
    public static bool? Parse(string text) => text switch
    {
        On or "true" or "yes" => true,
        Off or "false" or "no" => false,
        _ => null,
    };

    public static string Format(bool flag) => flag ? On : Off;
}
