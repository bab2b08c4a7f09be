using System.Globalization;

namespace Mcr.Specs.Fixtures;

/// <summary>What a process has in memory, in kB.</summary>
internal static class ResidentMemory
{
    /// <summary>Everything, as the kernel sums it up (proc(5), status).</summary>
    public static long AllOf(int pid) => Number(File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    /// <summary>A worker's own, and its mapped ring, which is the kernel's though every mapping counts it (proc(5), smaps).</summary>
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
    }

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
}
