using Mcr.Native.Legs;

namespace Mcr.Native.Worker;

/// <summary>The keys of the legs that end in a worker's rules, each at a place of its own for as long as the rule is there. Control thread only.</summary>
internal sealed class RunningLegs
{
    private readonly Dictionary<int, int> _places = []; // by counter
    private readonly List<LegKeys> _keys = [];
    private readonly Stack<int> _free = new();
    private LegKeys[] _last = [];
    private bool _isChanged;

    /// <returns>As <see cref="Rules.RuleEntry.Leg"/> has it.</returns>
    public int Put(int counter, ResolvedLeg? leg)
    {
        if (leg is null)
            return 0;
        if (!_free.TryPop(out int place))
        {
            place = _keys.Count;
            _keys.Add(default);
        }

        _places[counter] = place;
        _keys[place] = leg.ForUse();
        _isChanged = true;
        return place + 1;
    }

    public void Remove(int counter)
    {
        if (!_places.Remove(counter, out int place))
            return;
        _keys[place] = default;
        _free.Push(place);
        _isChanged = true;
    }

    /// <summary>For the next table; the loop has that of the last one until it takes it.</summary>
    public LegKeys[] Next()
    {
        if (_isChanged)
            _last = [.. _keys];
        _isChanged = false;
        return _last;
    }
}
