using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Redundancy;

/// <summary>A sender as it is heard: on which of the echo sockets, sending to what, and its MAC address.</summary>
/// <param name="Link">0: anybody.</param>
public readonly record struct EchoKey(int Socket, UInt128 Group, ushort Port, ulong Link);

/// <summary>Whose rule that is.</summary>
/// <param name="Counter">Of the rule in the slot.</param>
/// <param name="Rank">Of the sender in the rule's order; <see cref="EchoTable.Stranger"/> for one that is no node of it, <see cref="EchoTable.Unknown"/> for one that may be.</param>
public readonly record struct EchoEntry(int Counter, int Rank);

/// <summary>From what is heard to the rule that it is an echo of, and of whom: open addressing at half load at most. Immutable.</summary>
public sealed class EchoTable
{
    public const int Stranger = -1;

    /// <summary>It may be a node of the rule whose address is not known yet.</summary>
    public const int Unknown = -2;

    private readonly EchoKey[] _keys;
    private readonly EchoEntry[] _entries;
    private readonly bool[] _used;
    private readonly int _shift;

    /// <param name="echoes">Each key once; for each output one with <see cref="EchoKey.Link"/> 0 among them, for senders that nobody knows.</param>
    public EchoTable(IReadOnlyCollection<(EchoKey Key, EchoEntry Entry)> echoes)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, echoes.Count * 2));
        _shift = 64 - BitOperations.Log2((uint)size);
        (_keys, _entries, _used) = (new EchoKey[size], new EchoEntry[size], new bool[size]);
        foreach ((EchoKey key, EchoEntry entry) in echoes)
        {
            int at = Place(key);
            while (_used[at])
                at = (at + 1) & (size - 1);
            (_keys[at], _entries[at], _used[at]) = (key, entry, true);
        }
    }

    /// <returns>false: nobody listens to that.</returns>
    public bool TryFind(int socket, UInt128 group, ushort port, ulong link, out EchoEntry entry) =>
        Find(new EchoKey(socket, group, port, link), out entry) || Find(new EchoKey(socket, group, port, 0), out entry);

    private bool Find(in EchoKey key, out EchoEntry entry)
    {
        for (int at = Place(key); _used[at]; at = (at + 1) & (_keys.Length - 1))
        {
            ref readonly EchoKey there = ref _keys[at];
            if (there.Port == key.Port && there.Link == key.Link && there.Socket == key.Socket && there.Group == key.Group)
            {
                entry = _entries[at];
                return true;
            }
        }

        entry = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(in EchoKey key)
    {
        ulong low = (ulong)key.Group ^ ((ulong)key.Port << 40) ^ BitOperations.RotateLeft(key.Link, 20) ^ ((ulong)key.Socket << 58);
        return (int)(((low * 0x9E3779B97F4A7C15) + ((ulong)(key.Group >> 64) * 0xC2B2AE3D27D4EB4F)) >> _shift); // as RuleTable mixes
    }
}
