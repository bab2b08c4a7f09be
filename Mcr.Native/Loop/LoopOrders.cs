using Mcr.Native.Ingress;

namespace Mcr.Native.Loop;

/// <summary>
/// What the control thread has the loop do while flows move from one worker to another (see <see cref="FanoutGroup"/>), and the loop's
/// confirmation. One order at a time, written by the control thread and read by the loop once a turn; no lock on either side.
/// </summary>
/// <param name="queueFrames">As many frames as can have been waiting when a drain was ordered: a flood cannot put its end off longer.</param>
internal sealed class LoopOrders(LoopWakeup wakeup, int queueFrames)
{
    /// <summary>Frames in a socket's queue at most: 64 MiB of the smallest (768 bytes each, as the kernel counts).</summary>
    public const int MaxQueued = 1 << 17;

    /// <summary>Frames that can wait in a socket: with a ring, or without.</summary>
    public static int QueueFrames(RingGeometry ring) => ring.IsNone ? MaxQueued : ring.Frames;

    /// <summary>How often the control thread looks again: a confirmation may be taken for another's.</summary>
    private const int LookMilliseconds = 2_000;

    private volatile bool _held;
    private volatile int _ordered; // the number of the latest order
    private volatile int _confirmed;
    private int _taken; // the loop's own: the order that it works on
    private bool _isDraining;
    private long _left;

    /// <summary>Loop thread: everything that was there before the order is not sent yet.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Control thread: no more frames are taken. To be confirmed by a loop that runs, and in force for one that does not yet.</summary>
    public void Hold() => Order(held: true);

    /// <summary>Control thread.</summary>
    public void Resume() => Order(held: false);

    /// <summary>Control thread: goes on, and confirms as soon as everything that is there now is sent.</summary>
    public void Drain() => Order(held: false);

    /// <summary>Control thread: until the loop, which has to run, has confirmed the last order.</summary>
    public void Wait()
    {
        while (_confirmed != _ordered)
            wakeup.WaitForAdoption(LookMilliseconds);
    }

    /// <summary>Loop thread, before each turn.</summary>
    /// <returns>Whether to receive nothing.</returns>
    public bool Look()
    {
        int ordered = _ordered;
        if (ordered == _taken)
            return _held;
        _taken = ordered;
        _isDraining = !_held;
        _left = queueFrames;
        return _held;
    }

    /// <summary>Loop thread, after a turn.</summary>
    /// <param name="isFull">There may be more where that came from.</param>
    public bool HasDrained(int frames, bool isFull)
    {
        _left -= frames;
        return !isFull || _left <= 0;
    }

    /// <summary>Loop thread: the order that it works on is done.</summary>
    public void Confirm()
    {
        _isDraining = false;
        if (_confirmed == _taken)
            return;
        _confirmed = _taken;
        wakeup.ConfirmAdoption();
    }

    private void Order(bool held)
    {
        _held = held; // before the number that announces it
        _ordered++;
        wakeup.Wake();
    }
}
