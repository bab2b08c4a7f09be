using Mcr.Native.Egress;

namespace Mcr.Native.Worker;

/// <summary>Sockets by mcrd's ids, each at a place of its own in the tables for as long as it is there. Control thread only.</summary>
internal sealed class SocketPlaces(OutputTables tables)
{
    private readonly Dictionary<int, int> _places = [];
    private readonly Stack<int> _free = new();
    private int _count;

    public bool Contains(int id) => _places.ContainsKey(id);

    public int PlaceOf(int id) => _places[id];

    public void Put(int id, EgressSocket socket)
    {
        if (!_places.TryGetValue(id, out int place) && !_free.TryPop(out place))
            place = _count++;
        _places[id] = place;
        tables.PutSocket(place, socket);
    }

    /// <summary>What is at its place meanwhile belongs to no output.</summary>
    public void Remove(int id)
    {
        if (_places.Remove(id, out int place))
            _free.Push(place);
    }
}
