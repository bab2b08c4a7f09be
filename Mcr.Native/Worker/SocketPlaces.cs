using Mcr.Native.Egress;

namespace Mcr.Native.Worker;

/// <summary>Sockets by mcrd's ids, each at a place of its own in the table's list for as long as it is there. Control thread only.</summary>
internal sealed class SocketPlaces
{
    /// <summary>Where no socket is: no output names it.</summary>
    private static readonly EgressSocket Nothing = new(-1, EgressKind.Multicast);

    private readonly Dictionary<int, int> _places = [];
    private readonly List<EgressSocket> _sockets = [];
    private readonly Stack<int> _free = new();

    public IReadOnlyList<EgressSocket> Sockets => _sockets;

    public bool Contains(int id) => _places.ContainsKey(id);

    public int PlaceOf(int id) => _places[id];

    public void Put(int id, EgressSocket socket)
    {
        if (_places.TryGetValue(id, out int place) || _free.TryPop(out place))
        {
            _sockets[place] = socket;
        }
        else
        {
            place = _sockets.Count;
            _sockets.Add(socket);
        }

        _places[id] = place;
    }

    public void Remove(int id)
    {
        if (!_places.Remove(id, out int place))
            return;
        _sockets[place] = Nothing;
        _free.Push(place);
    }
}
