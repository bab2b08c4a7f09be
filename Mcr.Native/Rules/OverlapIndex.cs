using System.Collections.Immutable;

namespace Mcr.Native.Rules;

/// <summary>
/// Which rules may overlap another, found without looking at all of them: of two prefixes one contains the other or they have nothing in common, so what
/// overlaps one lies within it, or is one of its own prefixes of a length that is in use. Ports are not looked at. Immutable.
/// </summary>
internal sealed class OverlapIndex
{
    public static readonly OverlapIndex Empty = new(ImmutableSortedSet.Create<Place>(PlaceOrder.Instance), ImmutableSortedSet.Create<Place>(PlaceOrder.Instance), ImmutableSortedDictionary<byte, int>.Empty);

    private readonly ImmutableSortedSet<Place> _all;
    private readonly ImmutableSortedSet<Place> _ranges; // of rules about several groups or ports
    private readonly ImmutableSortedDictionary<byte, int> _lengths; // of those, and how many have them

    private OverlapIndex(ImmutableSortedSet<Place> all, ImmutableSortedSet<Place> ranges, ImmutableSortedDictionary<byte, int> lengths)
    {
        _all = all;
        _ranges = ranges;
        _lengths = lengths;
    }

    public Builder ToBuilder() => new(_all.ToBuilder(), _ranges.ToBuilder(), _lengths.ToBuilder());

    /// <summary>One thread's.</summary>
    public sealed class Builder(ImmutableSortedSet<Place>.Builder all, ImmutableSortedSet<Place>.Builder ranges, ImmutableSortedDictionary<byte, int>.Builder lengths)
    {
        public OverlapIndex ToImmutable() => new(all.ToImmutable(), ranges.ToImmutable(), lengths.ToImmutable());

        public void Add(ForwardingRule rule)
        {
            foreach (Place place in Places(rule))
            {
                all.Add(place);
                if (RuleOverlaps.IsRange(rule) && ranges.Add(place))
                    lengths[place.Length] = lengths.GetValueOrDefault(place.Length) + 1;
            }
        }

        public void Remove(ForwardingRule rule)
        {
            foreach (Place place in Places(rule))
            {
                all.Remove(place);
                if (!ranges.Remove(place))
                    continue;
                if (--lengths[place.Length] == 0)
                    lengths.Remove(place.Length);
            }
        }

        /// <summary>
        /// Rules with an input or output on the interface and in the groups of one of the candidate's. Of two that are exact nothing is said.
        /// </summary>
        public IEnumerable<RuleId> Near(ForwardingRule candidate)
        {
            if (ranges.Count == 0 && !RuleOverlaps.IsRange(candidate))
                return [];
            var near = new HashSet<RuleId>();
            foreach (Place place in Places(candidate))
            {
                foreach (byte length in lengths.Keys.TakeWhile(length => length < place.Length))
                {
                    UInt128 first = place.First & PrefixTable.MaskOf(length);
                    Collect(ranges, place with { First = first, Length = length }, other => other.First == first && other.Length == length, near);
                }

                UInt128 last = place.First | ~PrefixTable.MaskOf(place.Length);
                Collect(RuleOverlaps.IsRange(candidate) ? all : ranges, place with { Length = 0 }, other => other.First <= last, near);
            }

            return near;
        }

        private static void Collect(ImmutableSortedSet<Place>.Builder places, Place start, Func<Place, bool> isWanted, HashSet<RuleId> ids)
        {
            int at = places.IndexOf(start with { Rule = default });
            for (int i = at < 0 ? ~at : at; i < places.Count && places[i] is var place && place.Interface == start.Interface && isWanted(place); i++)
                ids.Add(place.Rule);
        }
    }

    private static IEnumerable<Place> Places(ForwardingRule rule)
    {
        foreach (RuleInput input in rule.Inputs)
            yield return Place.Of(input.Interface, input.Range, rule.Id);
        foreach (RuleOutput output in rule.LocalOutputs)
            yield return Place.Of(output.Interface, output.Range, rule.Id);
    }

    /// <summary>A prefix on an interface.</summary>
    /// <param name="Length">Of 128 bits, also for IPv4.</param>
    internal readonly record struct Place(string Interface, UInt128 First, byte Length, RuleId Rule)
    {
        public static Place Of(string device, GroupRange range, RuleId rule) => new(device, Addresses.ToNumber(range.Group), (byte)(range.Length + 128 - GroupRange.Bits(range.Group)), rule);
    }

    private sealed class PlaceOrder : IComparer<Place>
    {
        public static readonly PlaceOrder Instance = new();

        public int Compare(Place x, Place y)
        {
            int order = string.CompareOrdinal(x.Interface, y.Interface);
            if (order == 0)
                order = x.First.CompareTo(y.First);
            if (order == 0)
                order = x.Length.CompareTo(y.Length);
            return order != 0 ? order : string.CompareOrdinal(x.Rule.Value, y.Rule.Value);
        }
    }
}
