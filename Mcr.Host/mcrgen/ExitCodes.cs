namespace Mcr.Host.Mcrgen;

internal static class ExitCodes
{
    /// <summary>Sent; or received, and nothing was wrong with it.</summary>
    public const int Done = 0;

    /// <summary>The system refused; or something was lost, duplicated, corrupted, or did not come at all.</summary>
    public const int Failed = 1;

    private const int WrongUsage = 2;

    /// <summary>Writes the sentences to stderr.</summary>
    public static int Usage(IEnumerable<string> problems)
    {
        foreach (string problem in problems)
            Console.Error.WriteLine($"mcrgen: {problem}");
        return WrongUsage;
    }
}
