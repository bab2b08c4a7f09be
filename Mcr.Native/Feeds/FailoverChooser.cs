using System.Runtime.CompilerServices;
using Mcr.Native.Analysis;
using Mcr.Native.Interop;
using Mcr.Native.Rules;

namespace Mcr.Native.Feeds;

/// <summary>
/// Which of several inputs is relayed: the first healthy one, in their order. Decided when something comes, without a timer: a datagram of another input finds that the current one is silent.
/// All that it knows lies in the rule's <see cref="SelectBlock"/>, so that the next worker goes on there. Made by the control thread, which touches nothing there; used by the loop's alone. Times are of the boot clock, in nanoseconds.
/// </summary>
internal sealed unsafe class FailoverChooser
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;
    private const int Million = 1_000_000;

    // Words of an input among those of the state:
    private const int WordsPerInput = SelectBlock.StateWords / SelectSettings.MaxInputs;

    /// <summary>Since when it is healthy without a break; 0: it is not.</summary>
    private const int Since = 0;

    /// <summary>Not 0: something comes, but its last window was not good. Where this and <see cref="Since"/> are 0, nothing comes.</summary>
    private const int IsBad = 1;

    /// <summary>When its window began; then what came in it, and what its losses were before.</summary>
    private const int WindowAt = 2;

    private const int WindowDatagrams = 3;
    private const int WindowNumbers = 4;
    private const int LostBefore = 5;

    private readonly int _inputs;
    private readonly long* _block;
    private readonly long _tag;
    private readonly long _timeout;
    private readonly long _window;
    private readonly long _minRate;
    private readonly long _maxLoss;
    private readonly bool _reverts;
    private readonly long _revertAfter;
    private readonly InputLosses _losses;
    private long _began; // what was silent before may be the fault of whoever did not listen; 0: not yet

    /// <param name="inputs">How many there are.</param>
    /// <param name="block">The rule's.</param>
    public FailoverChooser(SelectSettings settings, int inputs, long* block)
    {
        _inputs = inputs;
        _block = block;
        _timeout = settings.ReceiveTimeoutMilliseconds * Millisecond;
        _window = Math.Max(Second, _timeout);
        _minRate = settings.MinRate;
        _maxLoss = settings.MaxLossPpm;
        _reverts = settings.Revert;
        _revertAfter = settings.RevertAfterMilliseconds * Millisecond;
        _losses = new InputLosses(settings.By);
        _tag = Tag(settings, inputs);
    }

    /// <summary>Something comes by it, but its last window was not good; for whoever reads the words of a block of failover.</summary>
    public static bool IsPoor(ReadOnlySpan<long> block, int input) => block[SelectBlock.State + (input * WordsPerInput) + IsBad] != 0;

    /// <summary>Before the first of some datagrams that come together: who is still healthy.</summary>
    /// <param name="takenUntil">For each input: everything that had come by it until then has been taken. A loop that was held up does not take its own delay for silence.</param>
    public void Look(long now, ReadOnlySpan<long> takenUntil)
    {
        if (_block[SelectBlock.Tag] != _tag)
            Reset();
        if (_began == 0)
            Begin(now);
        for (int i = 0; i < _inputs; i++)
        {
            long* state = State(i);
            if ((state[Since] | state[IsBad]) == 0)
                continue;
            if (takenUntil[i] - Math.Max(Input(i)[SelectBlock.HeardAt], _began) >= _timeout)
                state[Since] = state[IsBad] = 0;
            else if (takenUntil[i] - state[WindowAt] >= _window)
                EndWindow(i, takenUntil[i]);
        }
    }

    /// <summary>A datagram has come by an input; after <see cref="Look"/> with the same time.</summary>
    /// <returns>Whether it is relayed.</returns>
    public bool Take(int input, byte* payload, int length, long now)
    {
        long* words = Input(input);
        long* state = State(input);
        words[SelectBlock.Received]++;
        words[SelectBlock.HeardAt] = now;
        state[WindowNumbers] += _losses.Take(words, payload, length);
        state[WindowDatagrams]++;
        if ((state[Since] | state[IsBad]) == 0)
        {
            state[Since] = now; // what it has missed meanwhile does not count against it
            BeginWindow(input, now, datagrams: 1);
        }

        if (Choose(input, now) != input)
        {
            words[SelectBlock.Astray]++;
            return false;
        }

        words[SelectBlock.Won]++;
        words[SelectBlock.GoodAt] = now;
        _block[SelectBlock.Merged]++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Choose(int input, long now)
    {
        int current = (int)_block[SelectBlock.Current] - 1;
        if (current == input && State(current)[Since] != 0 && (current == 0 || !_reverts))
            return current;
        int chosen = current < 0 ? input : Choose(current, input, now);
        if (chosen != current)
            Follow(chosen, isFirst: current < 0);
        return chosen;
    }

    private int Choose(int current, int input, long now)
    {
        bool isHealthy = State(current)[Since] != 0;
        for (int i = 0; i < _inputs; i++)
        {
            if (i == current && isHealthy)
                return current;
            long since = State(i)[Since];
            if (since != 0 && (!isHealthy || (_reverts && now - since >= _revertAfter)))
                return i;
        }

        return State(current)[IsBad] != 0 ? current : input; // nobody is healthy: better that than nothing
    }

    private void Follow(int input, bool isFirst)
    {
        _block[SelectBlock.Current] = input + 1;
        if (isFirst)
            return;
        _block[SelectBlock.Switches]++;
        _block[SelectBlock.SwitchedAt] = WallClock.Nanoseconds;
    }

    /// <summary>Nobody has looked for a while, or ever.</summary>
    private void Begin(long now)
    {
        _began = now;
        for (int i = 0; i < _inputs; i++)
        {
            InputLosses.Forget(Input(i));
            BeginWindow(i, now, datagrams: 0);
        }
    }

    private void BeginWindow(int input, long at, int datagrams)
    {
        long* state = State(input);
        state[WindowAt] = at;
        state[WindowDatagrams] = datagrams;
        state[WindowNumbers] = datagrams;
        state[LostBefore] = InputLosses.Of(Input(input));
    }

    private void EndWindow(int input, long at)
    {
        long* state = State(input);
        long lost = Math.Max(0, InputLosses.Of(Input(input)) - state[LostBefore]);
        bool isBad = (Int128)state[WindowDatagrams] * Second < (Int128)_minRate * (at - state[WindowAt])
            || (_maxLoss > 0 && (Int128)lost * Million > (Int128)_maxLoss * (lost + state[WindowNumbers]));
        if (isBad)
            state[Since] = 0;
        else if (state[Since] == 0)
            state[Since] = at;
        state[IsBad] = isBad ? 1 : 0;
        BeginWindow(input, at, datagrams: 0);
    }

    /// <summary>The block was of other settings or inputs, or of nobody.</summary>
    private void Reset()
    {
        new Span<long>(_block + SelectBlock.State, SelectBlock.StateWords).Clear();
        for (int i = 0; i < _inputs; i++)
            InputLosses.Clear(Input(i));
        _block[SelectBlock.Current] = 0;
        _block[SelectBlock.Tag] = _tag;
        _began = 0;
    }

    private long* Input(int input) => _block + SelectBlock.InputAt(input);

    private long* State(int input) => _block + SelectBlock.State + (input * WordsPerInput);

    /// <summary>Another one for any other settings, the same in each process (FNV-1a); not 0.</summary>
    private static long Tag(SelectSettings settings, int inputs)
    {
        ulong hash = 0xCBF29CE484222325;
        ReadOnlySpan<long> all =
        [
            (long)settings.Mode, inputs, settings.By is { } by ? 1 + (long)by.Kind : 0, (long)(settings.By?.Field.Pack() ?? 0), settings.ReceiveTimeoutMilliseconds, settings.MinRate, settings.MaxLossPpm,
            settings.Revert ? 1 : 0, settings.RevertAfterMilliseconds,
        ];
        foreach (long value in all)
            hash = (hash ^ (ulong)value) * 0x100000001B3;
        return (long)(hash | 1);
    }
}
