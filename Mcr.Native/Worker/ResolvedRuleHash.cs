using System.Runtime.CompilerServices;

namespace Mcr.Native.Worker;

/// <summary>
/// What mcrd and a worker hold the worker's rules to. The sum of a hash of each rule, so that it does not depend on their order and a change
/// of one rule costs one rule on either side. It tells what a worker runs from what it should run, both of which are ours: nobody attacks it.
/// (SHA-256 would load libcrypto into every worker, 6 MiB each.)
/// </summary>
public static class ResolvedRuleHash
{
    /// <summary>Of no rules: not 0, which says that a worker has not been told anything yet.</summary>
    public const ulong Empty = 0xCBF29CE484222325;

    private const ulong Prime = 0x100000001B3;

    public static ulong Of(IEnumerable<ResolvedRule> rules)
    {
        ulong hash = Empty;
        foreach (ResolvedRule rule in rules)
            hash += Of(rule);
        return hash;
    }

    /// <summary>What the rule adds to the sum: FNV-1a over its encoded form, mixed so that sums of likely neighbours do not meet.</summary>
    public static ulong Of(ResolvedRule rule)
    {
        ByteWriter writer = s_writer ??= new ByteWriter();
        writer.Clear();
        ResolvedRuleCodec.Write(writer, WithoutKeys(rule));
        ulong hash = Empty;
        foreach (byte b in writer.Written)
            hash = (hash ^ b) * Prime;
        return Mix(hash);
    }

    /// <summary>The keys of legs have numbers and ids, which tell them apart; a hash is written to logs and says something of what it was made of.</summary>
    private static ResolvedRule WithoutKeys(ResolvedRule rule) => rule.Leg is null && rule.Outputs.All(o => o.Leg is null)
        ? rule
        : rule with { Leg = WithoutKeys(rule.Leg), Outputs = [.. rule.Outputs.Select(o => o with { Leg = WithoutKeys(o.Leg) })] };

    private static ResolvedLeg? WithoutKeys(ResolvedLeg? leg) => leg is null ? null : leg with { Keys = [.. leg.Keys.Select(k => k with { Key = default })] };

    /// <summary>The finaliser of MurmurHash3: every bit of the one counts in every bit of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }

    [ThreadStatic]
    private static ByteWriter? s_writer;
}
