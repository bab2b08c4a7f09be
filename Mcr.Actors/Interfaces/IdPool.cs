using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Mcr.Actors.Interfaces;

/// <summary>Numbers from 0 to <paramref name="Capacity"/> - 1, given out and taken back. Immutable.</summary>
internal sealed record IdPool(int Capacity)
{
    private readonly int _next;
    private readonly ImmutableStack<int> _returned = [];
    private readonly int _returnedCount;

    private IdPool(int capacity, int next, ImmutableStack<int> returned, int returnedCount)
        : this(capacity)
    {
        _next = next;
        _returned = returned;
        _returnedCount = returnedCount;
    }

    /// <summary>With these given out.</summary>
    public static IdPool Of(int capacity, IEnumerable<int> taken)
    {
        HashSet<int> ids = [.. taken];
        int next = ids.Count == 0 ? 0 : ids.Max() + 1;
        int[] free = [.. Enumerable.Range(0, next).Where(id => !ids.Contains(id)).Reverse()]; // the lowest is given out first
        return new IdPool(capacity, next, free.Aggregate(ImmutableStack<int>.Empty, (stack, id) => stack.Push(id)), free.Length);
    }

    public int Available => Capacity - _next + _returnedCount;

    public int InUse => _next - _returnedCount;

    public IdPool Take(out int id)
    {
        if (!_returned.IsEmpty)
            return new IdPool(Capacity, _next, _returned.Pop(out id), _returnedCount - 1);
        if (_next == Capacity)
            ThrowExhausted();
        id = _next;
        return new IdPool(Capacity, _next + 1, _returned, _returnedCount);
    }

    public IdPool Return(int id) => new(Capacity, _next, _returned.Push(id), _returnedCount + 1);

    [DoesNotReturn]
    private static void ThrowExhausted() => throw new InvalidOperationException("no number is left; look at Available first");
}
