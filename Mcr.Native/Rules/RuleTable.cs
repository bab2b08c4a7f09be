using System.Numerics;
using System.Runtime.CompilerServices;
using Mcr.Native.Analysis;

namespace Mcr.Native.Rules;

/// <summary>What the loop needs of a rule. Outputs are a range of the output table.</summary>
/// <param name="TraceRing">Where what happens to its datagrams is recorded, plus 1; 0: nowhere.</param>
public readonly record struct RuleEntry(int Counter, int FirstOutput, int OutputCount, byte TraceRing = 0, AnalysisSettings Analysis = default)
{
    /// <summary>How many bits of the group, from the last on, outputs take over; and from which port on they count. Only where <see cref="IsRange"/>.</summary>
    public byte HostBits { get; init; }

    /// <inheritdoc cref="HostBits"/>
    public ushort FirstPort { get; init; }

    /// <summary>Its input is several groups or ports.</summary>
    public bool IsRange { get; init; }

    /// <summary>It is the end of a leg, and its keys are at this place of the table's, plus 1; 0: it is none.</summary>
    public int Leg { get; init; }

    /// <summary>Whether it is forwarded is decided for each datagram, see <see cref="Redundancy.Takeover"/>.</summary>
    public bool IsRedundant { get; init; }

    /// <summary>In the table of a feed: which of the rule's inputs it is, from 0 on.</summary>
    public byte Input { get; init; }

    /// <summary>In the table of a feed: the rule's place among those with several inputs; <see cref="NoStream"/> of the end of a leg into one that there is not.</summary>
    public ushort Stream { get; init; }

    /// <summary>In the table of a feed: it is the end of a leg, and what is good is that input of that rule.</summary>
    public bool IsInto { get; init; }

    /// <inheritdoc cref="Stream"/>
    public const ushort NoStream = ushort.MaxValue;
}

/// <summary>An input as the loop looks it up: addresses as <see cref="Addresses.ToNumber"/> makes them, source 0 for any.</summary>
/// <param name="PrefixLength">Bits of <paramref name="Group"/> that count, IPv4 addresses being mapped; the others are 0.</param>
/// <param name="LastPort">Of a range of ports from <paramref name="Port"/> on; 0 for an input that is exact.</param>
public readonly record struct RuleKey(UInt128 Group, ushort Port, UInt128 Source, byte PrefixLength = 128, ushort LastPort = 0)
{
    /// <summary>One group and one port.</summary>
    public bool IsExact => LastPort == 0;

    public ushort Last => IsExact ? Port : LastPort;
}

/// <summary>
/// The lookup from a datagram's destination, port and source to its rule: open addressing at half load at most, so that the cost does not
/// depend on how many rules there are. The exact source wins over any source. Frozen while the loop thread reads it: only
/// <see cref="RuleTables"/> changes one that the loop has given up.
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
    private int _sources;
    private PrefixTable? _prefixes;

    /// <summary>Keys are unique and exact; <paramref name="entries"/>[i] belongs to <paramref name="keys"/>[i].</summary>
    public RuleTable(IReadOnlyList<RuleKey> keys, IReadOnlyList<RuleEntry> entries)
        : this(keys.Count)
    {
        for (int i = 0; i < keys.Count; i++)
            Add(keys[i], entries[i]);
    }

    /// <summary>An empty one with room for so many rules.</summary>
    internal RuleTable(int room)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(LeastSize, room * 2));
        _shift = 64 - BitOperations.Log2((uint)size);
        _keys = new RuleKey[size];
        _entries = new RuleEntry[size];
    }

    public int Count { get; private set; }

    /// <summary>How many rules it can have.</summary>
    internal int Room => _keys.Length / 2;

    /// <returns>false: no rule.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(UInt128 group, ushort port, UInt128 source, out RuleEntry entry)
    {
        if (_sources != 0 && Find(group, port, source, out entry))
            return true;
        return Find(group, port, 0, out entry) || (_prefixes is not null && _prefixes.TryFind(group, port, source, out entry));
    }

    /// <summary>What is looked at when no exact input is that of a datagram; null for nothing.</summary>
    internal void Use(PrefixTable? prefixes) => _prefixes = prefixes;

    /// <summary>The rule with exactly this input, which is an exact one.</summary>
    public bool TryGet(RuleKey key, out RuleEntry entry) => Find(key.Group, key.Port, key.Source, out entry);

    /// <summary>There is room, and no rule with this input.</summary>
    internal void Add(RuleKey key, RuleEntry entry)
    {
        int mask = _keys.Length - 1;
        int at = Place(key.Group, key.Port, key.Source);
        while (_keys[at].Port != 0)
            at = (at + 1) & mask;
        _keys[at] = key;
        _entries[at] = entry;
        Count++;
        _sources += key.Source != 0 ? 1 : 0;
    }

    internal void AddAll(RuleTable other)
    {
        for (int i = 0; i < other._keys.Length; i++)
        {
            if (other._keys[i].Port != 0)
                Add(other._keys[i], other._entries[i]);
        }
    }

    /// <summary>It is there. Those behind it that would not be found over the gap move up (Knuth, algorithm 6.4 R), so that no marks are left.</summary>
    internal void Remove(RuleKey key)
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
        Count--;
        _sources -= key.Source != 0 ? 1 : 0;
    }

    /// <summary>The low halves alone tell IPv4 addresses apart; the high ones are mixed in for IPv6.</summary>
    internal static ulong Mix(UInt128 group, ushort port, UInt128 source)
    {
        ulong low = (ulong)group ^ BitOperations.RotateLeft((ulong)source, 32) ^ ((ulong)port << 17);
        ulong high = (ulong)(group >> 64) ^ BitOperations.RotateLeft((ulong)(source >> 64), 32);
        return low * HashFactor + high * HashFactor2;
    }

    private int Place(UInt128 group, ushort port, UInt128 source) => (int)(Mix(group, port, source) >> _shift);

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
