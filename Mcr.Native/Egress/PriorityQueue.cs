namespace Mcr.Native.Egress;

/// <summary>Small numbers by key, the lowest key first: a binary heap in arrays that never grow (the library's own may). Loop thread only.</summary>
internal sealed class PriorityQueue(int capacity)
{
    private readonly (long Key, int Value)[] _heap = new (long, int)[capacity];

    public int Count { get; private set; }

    /// <summary>long.MaxValue when there is nothing.</summary>
    public long FirstKey => Count == 0 ? long.MaxValue : _heap[0].Key;

    /// <summary>There must be room.</summary>
    public void Push(long key, int value)
    {
        int at = Count++;
        for (int parent = (at - 1) / 2; at > 0 && _heap[parent].Key > key; at = parent, parent = (at - 1) / 2)
            _heap[at] = _heap[parent];
        _heap[at] = (key, value);
    }

    /// <summary>There must be something.</summary>
    public int Pop()
    {
        int first = _heap[0].Value;
        (long Key, int Value) last = _heap[--Count];
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child + 1 < Count && _heap[child + 1].Key < _heap[child].Key)
                child++;
            if (child >= Count || _heap[child].Key >= last.Key)
                break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return first;
    }
}
