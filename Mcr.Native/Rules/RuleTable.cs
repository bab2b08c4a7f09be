using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Rules;

/// <summary>What the loop needs of a rule. Outputs are a range of the output table.</summary>
public readonly record struct RuleEntry(int Counter, int FirstOutput, int OutputCount, bool Muted);

/// <summary>An input as the loop looks it up: IPv4 addresses in host byte order, source 0 for any.</summary>
public readonly record struct RuleKey(uint Group, ushort Port, uint Source);

/// <summary>
/// The frozen lookup from a datagram's destination, port and source to its rule: open addressing at half load, so that the cost does
/// not depend on how many rules there are. The exact source wins over any source. Immutable; read by the loop thread.
/// </summary>
public sealed class RuleTable
{
    public static readonly RuleTable Empty = new([], []);

    private const ulong HashFactor = 0x9E3779B97F4A7C15; // 2^64 / golden ratio (Knuth, multiplicative hashing)

    private readonly ulong[] _addresses; // group << 32 | source
    private readonly ushort[] _ports; // 0 marks an empty place: no rule has port 0
    private readonly RuleEntry[] _entries;
    private readonly int _shift;
    private readonly bool _hasSources;

    /// <summary>Keys are unique; <paramref name="entries"/>[i] belongs to <paramref name="keys"/>[i].</summary>
    public RuleTable(IReadOnlyList<RuleKey> keys, IReadOnlyList<RuleEntry> entries)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, keys.Count * 2));
        _shift = 64 - BitOperations.Log2((uint)size);
        _addresses = new ulong[size];
        _ports = new ushort[size];
        _entries = new RuleEntry[size];
        for (int i = 0; i < keys.Count; i++)
        {
            RuleKey key = keys[i];
            ulong addresses = Combine(key.Group, key.Source);
            int at = Place(addresses, key.Port);
            while (_ports[at] != 0)
                at = (at + 1) & (size - 1);
            _addresses[at] = addresses;
            _ports[at] = key.Port;
            _entries[at] = entries[i];
            _hasSources |= key.Source != 0;
        }
    }

    /// <returns>false: no rule.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(uint group, ushort port, uint source, out RuleEntry entry)
    {
        if (_hasSources && Find(Combine(group, source), port, out entry))
            return true;
        return Find(Combine(group, 0), port, out entry);
    }

    private static ulong Combine(uint group, uint source) => ((ulong)group << 32) | source;

    private int Place(ulong addresses, ushort port) => (int)(((addresses ^ ((ulong)port << 17)) * HashFactor) >> _shift);

    private bool Find(ulong addresses, ushort port, out RuleEntry entry)
    {
        ulong[] table = _addresses;
        ushort[] ports = _ports;
        int mask = table.Length - 1;
        for (int at = Place(addresses, port); ; at = (at + 1) & mask)
        {
            ushort there = ports[at];
            if (there == port && port != 0 && table[at] == addresses)
            {
                entry = _entries[at];
                return true;
            }

            if (there == 0)
            {
                entry = default;
                return false;
            }
        }
    }
}
