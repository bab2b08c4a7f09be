namespace Mcr.Native.Egress;

/// <summary>
/// Makes each table out of the one before, in the same memory: a change costs what it changes, and no new pages. So an output is written only
/// where no rule of the table is that the loop has, and a table is made only when the loop has taken the one before. Memory grows by
/// doubling. Control thread only.
/// </summary>
internal sealed unsafe class OutputTables
{
    private const int LeastRoom = 16;

    private readonly List<EgressSocket> _sockets = [];
    private readonly List<int> _changedSockets = [];
    private readonly List<(int At, OutputTarget Target)> _changed = [];
    private OutputTable.Entry[] _entries = NewRoom<OutputTable.Entry>(0);
    private OutputTable.SocketQueue[] _queues = NewRoom<OutputTable.SocketQueue>(0);

    /// <summary>How many outputs there are, those of no rule included.</summary>
    public int Count { get; private set; }

    /// <summary>Pinned, zeroed, and at least as much.</summary>
    public static T[] NewRoom<T>(int count)
        where T : unmanaged => GC.AllocateArray<T>(Math.Max(1, count), pinned: true);

    /// <summary>From the next table on. No output names a socket at this place now.</summary>
    public void PutSocket(int place, EgressSocket socket)
    {
        if (place == _sockets.Count)
            _sockets.Add(socket);
        else
            _sockets[place] = socket;
        _changedSockets.Add(place);
    }

    /// <summary>From the next table on. No rule has an output at this place now.</summary>
    public void Put(int at, OutputTarget target)
    {
        Count = Math.Max(Count, at + 1);
        _changed.Add((at, target));
    }

    public OutputTable Next()
    {
        if (Count > _entries.Length || _sockets.Count > _queues.Length)
            Grow();
        foreach (int place in _changedSockets)
            _queues[place] = OutputTable.QueueOf(_sockets[place]);
        var next = new OutputTable(_entries, _queues, Count);
        foreach ((int at, OutputTarget target) in _changed)
            OutputTable.Write(ref _entries[at], target, _sockets[target.Socket], next.Sockets + target.Socket);
        _changedSockets.Clear();
        _changed.Clear();
        return next;
    }

    /// <summary>A copy in more memory, while the loop has the old: what it queues there at this moment does not belong to the copy.</summary>
    private void Grow()
    {
        var before = new OutputTable(_entries, _queues, 0);
        _entries = Copy(_entries, Count);
        _queues = Copy(_queues, _sockets.Count);
        var after = new OutputTable(_entries, _queues, 0);
        foreach (ref OutputTable.SocketQueue queue in _queues.AsSpan())
            queue.FirstWaiting = queue.LastWaiting = null;
        foreach (ref OutputTable.Entry entry in _entries.AsSpan())
        {
            entry.First = entry.Last = null;
            entry.NextWaiting = null;
            if (entry.Socket != null)
                entry.Socket = after.Sockets + (entry.Socket - before.Sockets);
        }

        GC.KeepAlive(before);
    }

    private static T[] Copy<T>(T[] from, int least)
        where T : unmanaged
    {
        T[] copy = NewRoom<T>(Math.Max(Math.Max(least, LeastRoom), least > from.Length ? from.Length * 2 : from.Length));
        from.CopyTo(copy, 0);
        return copy;
    }
}
