using System.Globalization;

namespace Mcr.Specs.Fixtures;

/// <summary>What a worker has in memory.</summary>
internal static class ResidentMemory
{
    /// <summary>Its own, and its mapped ring, which is the kernel's though every mapping counts it (proc(5), smaps). In kB.</summary>
    public static (long Own, long Ring) Of(int pid)
    {
        (long own, long ring) = (0, 0);
        bool isRing = false;
        foreach (string line in File.ReadLines($"/proc/{pid}/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!words[0].EndsWith(':'))
                isRing = words[^1].StartsWith("socket:", StringComparison.Ordinal);
            else if (words[0] == "Rss:")
                (own, ring) = isRing ? (own, ring + Number(words[1])) : (own + Number(words[1]), ring);
        }

        return (own, ring);

        static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
    }
}
