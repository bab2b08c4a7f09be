using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Rules;

/// <summary>
/// The rules whose input is a prefix of groups or a range of ports. A datagram is looked up once for each length of prefix that is in use, the longest first,
/// so that the cost depends neither on how many groups a prefix has nor on how many rules there are. Within one prefix the exact source wins over any; ranges
/// of ports of one prefix and source do not overlap. Frozen.
/// </summary>
public sealed class PrefixTable
{
    private readonly Length[] _lengths; // longest first

    /// <param name="rules">Keys that are not exact, and unique.</param>
    public PrefixTable(IEnumerable<KeyValuePair<RuleKey, RuleEntry>> rules) => _lengths =
    [
        .. rules.GroupBy(r => r.Key.PrefixLength).OrderByDescending(g => g.Key).Select(g => new Length(g.Key, g)),
    ];

    /// <returns>false: no rule.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // nor into the loop, whose usual way it would lengthen
    public bool TryFind(UInt128 group, ushort port, UInt128 source, out RuleEntry entry)
    {
        foreach (Length length in _lengths)
        {
            UInt128 prefix = group & length.Mask;
            if ((length.HasSources && length.TryFind(prefix, source, port, out entry)) || length.TryFind(prefix, 0, port, out entry))
                return true;
        }

        entry = default;
        return false;
    }

    /// <summary>All bits that a prefix of so many has.</summary>
    /// <param name="length">0 to 128.</param>
    public static UInt128 MaskOf(int length) => length == 0 ? 0 : UInt128.MaxValue << (128 - length);

    /// <summary>The rules of one length of prefix: open addressing by prefix and source, at half load at most.</summary>
    private sealed class Length
    {
        private readonly Place[] _places;
        private readonly Ports[] _ports; // of each place one after another, by their first

        public Length(int bits, IEnumerable<KeyValuePair<RuleKey, RuleEntry>> rules)
        {
            Mask = MaskOf(bits);
            var prefixes = rules.GroupBy(r => (r.Key.Group, r.Key.Source)).ToArray();
            HasSources = prefixes.Any(p => p.Key.Source != 0);
            _places = new Place[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, prefixes.Length * 2))];
            var ports = new List<Ports>();
            foreach (IGrouping<(UInt128 Group, UInt128 Source), KeyValuePair<RuleKey, RuleEntry>> prefix in prefixes)
            {
                int at = Home(prefix.Key.Group, prefix.Key.Source);
                while (_places[at].Count != 0)
                    at = (at + 1) & (_places.Length - 1);
                _places[at] = new Place(prefix.Key.Group, prefix.Key.Source, ports.Count, prefix.Count());
                ports.AddRange(prefix.OrderBy(r => r.Key.Port).Select(r => new Ports(r.Key.Port, r.Key.Last, r.Value)));
            }

            _ports = [.. ports];
        }

        public UInt128 Mask { get; }

        public bool HasSources { get; }

        public bool TryFind(UInt128 prefix, UInt128 source, ushort port, out RuleEntry entry)
        {
            for (int at = Home(prefix, source); _places[at].Count != 0; at = (at + 1) & (_places.Length - 1))
            {
                ref readonly Place place = ref _places[at];
                if (place.Prefix == prefix && place.Source == source)
                    return TryFind(in place, port, out entry);
            }

            entry = default;
            return false;
        }

        /// <summary>Binary search: the last range that does not begin behind the port.</summary>
        private bool TryFind(in Place place, ushort port, out RuleEntry entry)
        {
            int low = place.First;
            int high = place.First + place.Count - 1;
            while (low < high)
            {
                int middle = (low + high + 1) >>> 1;
                if (_ports[middle].First <= port)
                    low = middle;
                else
                    high = middle - 1;
            }

            ref readonly Ports ports = ref _ports[low];
            entry = ports.Entry;
            return ports.First <= port && port <= ports.Last;
        }

        private int Home(UInt128 prefix, UInt128 source) => (int)(RuleTable.Mix(prefix, 0, source) >> 40) & (_places.Length - 1);
    }

    private readonly record struct Place(UInt128 Prefix, UInt128 Source, int First, int Count);

    private readonly record struct Ports(ushort First, ushort Last, RuleEntry Entry);
}
