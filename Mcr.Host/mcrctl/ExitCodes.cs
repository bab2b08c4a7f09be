namespace Mcr.Host.Mcrctl;

internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>mcrd refused it, or could not be asked.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense; mcrd was not asked.</summary>
    public const int Usage = 2;

    /// <summary>Writes the sentences to stderr, each on its line.</summary>
    public static int Because(int code, IEnumerable<string> sentences)
    {
        foreach (string sentence in sentences)
            Console.Error.WriteLine($"mcrctl: {Printable(sentence)}");
        return code;
    }

    public static int Because(int code, string sentence) => Because(code, [sentence]);

    /// <summary>What comes back from mcrd may repeat what somebody else wrote: it must not move the cursor.</summary>
    private static string Printable(string text) => text.Any(char.IsControl) ? new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]) : text;
}
