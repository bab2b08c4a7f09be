using Mcr.Native.Egress;

namespace Mcr.Native.Worker;

/// <summary>Sockets by mcrd's ids, each at a place of its own in the tables for as long as it is there. Control thread only.</summary>
internal sealed class SocketPlaces(OutputTables tables)
{
    private readonly Dictionary<int, (int Place, EgressKind Kind)> _places = [];
    private readonly Stack<int> _free = new();
    private int _count;

    /// <returns>null: it was not passed.</returns>
    public EgressKind? KindOf(int id) => _places.TryGetValue(id, out (int, EgressKind Kind) there) ? there.Kind : null;

    public int PlaceOf(int id) => _places[id].Place;

    public void Put(int id, EgressSocket socket)
    {
        int place = _places.TryGetValue(id, out (int Place, EgressKind) there) ? there.Place : _free.TryPop(out int free) ? free : _count++;
        _places[id] = (place, socket.Kind);
        tables.PutSocket(place, socket);
    }

    /// <summary>What is at its place meanwhile belongs to no output.</summary>
    public void Remove(int id)
    {
        if (_places.Remove(id, out (int Place, EgressKind) there))
            _free.Push(there.Place);
    }
}
