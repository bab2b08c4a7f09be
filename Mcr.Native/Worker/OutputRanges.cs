using Mcr.Native.Egress;

namespace Mcr.Native.Worker;

/// <summary>
/// The outputs of all rules, each rule's in a range of its own. A range that is returned is given to a later rule with as many outputs, but not
/// before the next table: the loop may still send by it. Control thread only.
/// </summary>
internal sealed class OutputRanges(OutputTables tables)
{
    private readonly Dictionary<int, Stack<int>> _free = []; // first output by the number of outputs
    private readonly List<(int First, int Count)> _returned = [];

    /// <returns>The first one's index.</returns>
    public int Add(IReadOnlyList<ResolvedOutput> outputs, SocketPlaces sockets)
    {
        bool isUsedAgain = _free.TryGetValue(outputs.Count, out Stack<int>? free) && free.Count > 0;
        int first = isUsedAgain ? free!.Pop() : tables.Count;
        for (int i = 0; i < outputs.Count; i++)
        {
            ResolvedOutput output = outputs[i];
            tables.Put(first + i, new OutputTarget(output.Address, output.Port, sockets.PlaceOf(output.Socket), output.Counter, output.Options) { Keys = output.Leg?.ForUse() ?? default });
        }

        return first;
    }

    public void Return(int first, int count) => _returned.Add((first, count));

    /// <summary>With what has been added; the loop has taken the table before.</summary>
    public OutputTable Next()
    {
        OutputTable next = tables.Next();
        foreach ((int first, int count) in _returned)
        {
            if (!_free.TryGetValue(count, out Stack<int>? free))
                _free.Add(count, free = new Stack<int>());
            free.Push(first);
        }

        _returned.Clear();
        return next;
    }
}
