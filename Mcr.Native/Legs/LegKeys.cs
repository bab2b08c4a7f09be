namespace Mcr.Native.Legs;

/// <summary>
/// The key that a leg is sent with, and the one before it, which what is under way may still have. Without any (the default) nothing is sent and nothing is taken. The two have different numbers; which
/// of them is newer is not in the numbers, so these may begin anew.
/// </summary>
public readonly struct LegKeys
{
    private readonly LegKey _current;
    private readonly LegKey _previous;
    private readonly ushort _currentNumber;
    private readonly ushort _previousNumber;
    private readonly byte _count;

    public LegKeys(ushort number, in LegKey current) => (_currentNumber, _current, _count) = (number, current, 1);

    public LegKeys(ushort number, in LegKey current, ushort previousNumber, in LegKey previous)
        : this(number, in current)
    {
        if (previousNumber == number)
            return; // would never be asked for
        (_previousNumber, _previous, _count) = (previousNumber, previous, 2);
    }

    public bool HasAny => _count > 0;

    /// <summary>Of the key to send with.</summary>
    public ushort Number => _currentNumber;

    internal LegKey Current => _current;

    internal bool TryFind(ushort number, out LegKey key)
    {
        key = _count == 2 && number == _previousNumber ? _previous : _current;
        return (_count > 0 && number == _currentNumber) || (_count == 2 && number == _previousNumber);
    }
}
