namespace Mcr.Actors.Configuration;

/// <summary>Which key was meant.</summary>
public static class NearestKey
{
    /// <returns>The closest of <paramref name="known"/>, or null when none is close: more than a third of its letters differ.</returns>
    public static string? Of(string key, IEnumerable<string> known)
    {
        (string? best, int distance) = known
            .Select(k => ((string?)k, Distance(key, k)))
            .OrderBy(k => k.Item2).ThenBy(k => k.Item1, StringComparer.Ordinal)
            .FirstOrDefault();
        return best is not null && distance <= Math.Max(1, best.Length / 3) ? best : null;
    }

    /// <summary>Letters to insert, remove, replace or swap with a neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        const int Longest = 64; // what is longer is nobody's slip of the pen
        if (a.Length > Longest || b.Length > Longest)
            return Longest;
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
