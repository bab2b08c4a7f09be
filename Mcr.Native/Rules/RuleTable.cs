using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Rules;

/// <summary>What the loop needs of a rule. Outputs are a range of the output table.</summary>
public readonly record struct RuleEntry(int Counter, int FirstOutput, int OutputCount, bool Muted);

/// <summary>An input as the loop looks it up: addresses as <see cref="Addresses.ToNumber"/> makes them, source 0 for any.</summary>
public readonly record struct RuleKey(UInt128 Group, ushort Port, UInt128 Source);

/// <summary>
/// The frozen lookup from a datagram's destination, port and source to its rule: open addressing at half load at most, so that the cost
/// does not depend on how many rules there are. The exact source wins over any source. Immutable; read by the loop thread.
/// </summary>
public sealed class RuleTable
{
    public static readonly RuleTable Empty = new([], []);

    private const int LeastSize = 4;
    private const ulong HashFactor = 0x9E3779B97F4A7C15; // 2^64 / golden ratio (Knuth, multiplicative hashing)
    private const ulong HashFactor2 = 0xC2B2AE3D27D4EB4F; // another odd number without a pattern (xxHash)

    private readonly RuleKey[] _keys; // port 0 marks an empty place: no rule has it
    private readonly RuleEntry[] _entries;
    private readonly int _shift;
    private readonly bool _hasSources;
    private readonly int _sources;

    /// <summary>Keys are unique; <paramref name="entries"/>[i] belongs to <paramref name="keys"/>[i].</summary>
    public RuleTable(IReadOnlyList<RuleKey> keys, IReadOnlyList<RuleEntry> entries)
        : this(SizeFor(keys.Count))
    {
        for (int i = 0; i < keys.Count; i++)
            Insert(keys[i], entries[i]);
        Count = keys.Count;
        _sources = keys.Count(k => k.Source != 0);
        _hasSources = _sources > 0;
    }

    private RuleTable(int size)
    {
        _shift = 64 - BitOperations.Log2((uint)size);
        _keys = new RuleKey[size];
        _entries = new RuleEntry[size];
    }

    /// <summary>A copy of <paramref name="before"/> with some rules less, then some more.</summary>
    private RuleTable(RuleTable before, int size, IReadOnlyCollection<RuleKey> removed, IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> added)
    {
        _shift = 64 - BitOperations.Log2((uint)size);
        if (size == before._keys.Length)
        {
            _keys = before._keys.AsSpan().ToArray();
            _entries = before._entries.AsSpan().ToArray();
        }
        else
        {
            _keys = new RuleKey[size];
            _entries = new RuleEntry[size];
            for (int i = 0; i < before._keys.Length; i++)
            {
                if (before._keys[i].Port != 0)
                    Insert(before._keys[i], before._entries[i]);
            }
        }

        foreach (RuleKey key in removed)
            Remove(key);
        foreach ((RuleKey key, RuleEntry entry) in added)
            Insert(key, entry);
        Count = before.Count - removed.Count + added.Count;
        _sources = before._sources - removed.Count(k => k.Source != 0) + added.Count(r => r.Key.Source != 0);
        _hasSources = _sources > 0;
    }

    public int Count { get; }

    /// <summary>
    /// Costs a copy of the table and the changed rules, whatever the number of the others. All of <paramref name="removed"/> are in this
    /// table, and none of <paramref name="added"/> that are not also among those.
    /// </summary>
    public RuleTable With(IReadOnlyCollection<RuleKey> removed, IReadOnlyCollection<(RuleKey Key, RuleEntry Entry)> added)
    {
        // The most there are meanwhile: removal does not make the table smaller, for the next rules would make it larger again.
        int size = Math.Max(_keys.Length, SizeFor(Count - removed.Count + added.Count));
        return new RuleTable(this, size, removed, added);
    }

    /// <returns>false: no rule.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(UInt128 group, ushort port, UInt128 source, out RuleEntry entry)
    {
        if (_hasSources && Find(group, port, source, out entry))
            return true;
        return Find(group, port, 0, out entry);
    }

    /// <summary>The rule with exactly this input.</summary>
    public bool TryGet(RuleKey key, out RuleEntry entry) => Find(key.Group, key.Port, key.Source, out entry);

    private static int SizeFor(int rules) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(LeastSize, rules * 2));

    private void Insert(RuleKey key, RuleEntry entry)
    {
        int mask = _keys.Length - 1;
        int at = Place(key.Group, key.Port, key.Source);
        while (_keys[at].Port != 0)
            at = (at + 1) & mask;
        _keys[at] = key;
        _entries[at] = entry;
    }

    /// <summary>Those behind it that would not be found over the gap move up (Knuth, algorithm 6.4 R), so that no marks are left.</summary>
    private void Remove(RuleKey key)
    {
        int mask = _keys.Length - 1;
        int gap = Place(key.Group, key.Port, key.Source);
        while (_keys[gap] != key)
            gap = (gap + 1) & mask;
        for (int at = (gap + 1) & mask; _keys[at].Port != 0; at = (at + 1) & mask)
        {
            int home = Place(_keys[at].Group, _keys[at].Port, _keys[at].Source);
            if (((at - home) & mask) < ((at - gap) & mask))
                continue; // its own place is behind the gap
            _keys[gap] = _keys[at];
            _entries[gap] = _entries[at];
            gap = at;
        }

        _keys[gap] = default;
        _entries[gap] = default;
    }

    /// <summary>The low halves alone tell IPv4 addresses apart; the high ones are mixed in for IPv6.</summary>
    private int Place(UInt128 group, ushort port, UInt128 source)
    {
        ulong low = (ulong)group ^ BitOperations.RotateLeft((ulong)source, 32) ^ ((ulong)port << 17);
        ulong high = (ulong)(group >> 64) ^ BitOperations.RotateLeft((ulong)(source >> 64), 32);
        return (int)((low * HashFactor + high * HashFactor2) >> _shift);
    }

    private bool Find(UInt128 group, ushort port, UInt128 source, out RuleEntry entry)
    {
        RuleKey[] keys = _keys;
        int mask = keys.Length - 1;
        for (int at = Place(group, port, source); ; at = (at + 1) & mask)
        {
            ref readonly RuleKey there = ref keys[at];
            if (there.Port == port && port != 0 && there.Group == group && there.Source == source)
            {
                entry = _entries[at];
                return true;
            }

            if (there.Port == 0)
            {
                entry = default;
                return false;
            }
        }
    }
}
