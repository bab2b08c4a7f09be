using Mcr.Native.Egress;

namespace Mcr.Native.Worker;

/// <summary>
/// The outputs of all rules, each rule's in a range of its own. A range that is returned is given to the next rule with as many outputs; what
/// is in it meanwhile belongs to no rule. Control thread only.
/// </summary>
internal sealed class OutputRanges
{
    private readonly List<OutputTarget> _targets = [];
    private readonly Dictionary<int, Stack<int>> _free = []; // first output by the number of outputs

    public IReadOnlyList<OutputTarget> Targets => _targets;

    /// <returns>The first one's index.</returns>
    public int Add(IReadOnlyList<ResolvedOutput> outputs, SocketPlaces sockets)
    {
        bool isUsedAgain = _free.TryGetValue(outputs.Count, out Stack<int>? free) && free.Count > 0;
        int first = isUsedAgain ? free!.Pop() : _targets.Count;
        for (int i = 0; i < outputs.Count; i++)
        {
            ResolvedOutput output = outputs[i];
            var target = new OutputTarget(output.Address, output.Port, sockets.PlaceOf(output.Socket), output.Counter, output.Options);
            if (isUsedAgain)
                _targets[first + i] = target;
            else
                _targets.Add(target);
        }

        return first;
    }

    public void Return(int first, int count)
    {
        if (!_free.TryGetValue(count, out Stack<int>? free))
            _free.Add(count, free = new Stack<int>());
        free.Push(first);
    }
}
