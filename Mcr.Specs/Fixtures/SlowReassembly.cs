using Mcr.Native.Packet;

namespace Mcr.Specs.Fixtures;

/// <summary>What the reassembler should do, said with lists and dictionaries. Times are strictly increasing.</summary>
internal sealed class SlowReassembly(long lifetime)
{
    private readonly Dictionary<(string, string, uint), Partial> _partials = [];

    public int TimedOut { get; private set; }

    public int Displaced { get; private set; }

    /// <summary>Datagrams under way that have not come to an end.</summary>
    public int Open => _partials.Values.Count(p => !p.Condemned);

    /// <returns>null: nothing to count as yet; else the end of the datagram, with its frame when it is whole and right.</returns>
    public (DropReason Reason, SlowFrame? Whole)? Add(SlowFrame frame, long now)
    {
        SlowFragment fragment = frame.Fragment!;
        Expire(now, fragment.Key);
        if (!_partials.TryGetValue(fragment.Key, out Partial? partial))
        {
            if (_partials.Count == Reassembler.Capacity)
            {
                KeyValuePair<(string, string, uint), Partial> oldest = _partials.MinBy(p => p.Value.Began);
                Displaced += oldest.Value.Condemned ? 0 : 1;
                _partials.Remove(oldest.Key);
            }

            _partials[fragment.Key] = partial = new Partial(now);
        }

        if (partial.Condemned)
            return null;
        DropReason reason = partial.Take(fragment, frame.Payload);
        partial.Condemned = reason != DropReason.None;
        if (partial.Condemned)
            return (reason, null);
        if (partial.Whole() is not { } data)
            return null;
        _partials.Remove(fragment.Key);
        return (DropReason.None, SlowParser.Assembled(frame.Source, frame.Destination, partial.Next, data));
    }

    public void Expire(long now) => _partials.Keys.ToList().ForEach(key => Expire(now, key));

    private void Expire(long now, (string, string, uint) key)
    {
        if (!_partials.TryGetValue(key, out Partial? partial) || now - partial.Began < lifetime)
            return;
        TimedOut += partial.Condemned ? 0 : 1;
        _partials.Remove(key);
    }

    private sealed class Partial(long began)
    {
        private readonly List<(int From, int To, bool More, byte[] Data)> _parts = [];
        private int _headers;

        public long Began => began;

        public bool Condemned { get; set; }

        public byte Next { get; private set; }

        public DropReason Take(SlowFragment fragment, byte[] data)
        {
            int to = fragment.Offset + data.Length;
            if (data.Length == 0 || (fragment.More && data.Length % 8 != 0) || to + fragment.Headers > 65_535)
                return DropReason.BadLength;
            (int, int, bool, byte[]) part = (fragment.Offset, to, fragment.More, data);
            if (_parts.Any(p => (p.From, p.To, p.More) == (fragment.Offset, to, fragment.More) && p.Data.SequenceEqual(data)))
                return DropReason.None;
            if (_parts.Any(p => p.From < to && fragment.Offset < p.To))
                return DropReason.FragmentOverlap;
            _parts.Add(part);
            if (_parts.Any(last => !last.More && _parts.Any(p => p.To > last.To || (p.To == last.To && p.More))))
                return DropReason.FragmentOverlap;
            if (fragment.Offset == 0)
                (Next, _headers) = (fragment.Next, fragment.Headers);
            return _parts.Max(p => p.To) + _headers > 65_535 ? DropReason.BadLength : DropReason.None;
        }

        public byte[]? Whole()
        {
            var parts = _parts.OrderBy(p => p.From).ToList();
            int at = 0;
            foreach ((int from, int to, _, _) in parts)
            {
                if (from != at)
                    return null;
                at = to;
            }

            return parts[^1].More ? null : [.. parts.SelectMany(p => p.Data)];
        }
    }
}
