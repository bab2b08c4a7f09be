using System.Runtime.CompilerServices;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Native.Redundancy;

/// <summary>
/// The loop's side of redundant rules: tells each rule's <see cref="Takeover"/> in the slot what is heard, what mcrd says, and when the loop has stood still. Echoes are always read before the rule's own
/// datagrams, so that a loop that is late does not take its own delay for silence. Loop thread only.
/// </summary>
internal sealed unsafe class TakeoverWatch(WorkerSlot slot, int queueFrames) : IDisposable
{
    /// <summary>Nanoseconds between two looks at the echo sockets: a yield is late by as much.</summary>
    private const long LookInterval = 1_000_000;

    /// <summary>Batches of echoes in one look: as many as the queue of a socket has, about. A flood of them does not keep the loop.</summary>
    private const int MostBatches = 64;

    private readonly FrameBatch _echoes = new();
    private int _queueFrames = queueFrames;
    private RedundantRules _rules = RedundantRules.None;
    private long _now; // of this turn, boot clock
    private long _lookedAt;
    private long _orders; // how many mcrd has given, when they were read last
    private long _staleBefore; // wall clock: frames of redundant rules that arrived before are nobody's any more; 0: none
    private int _staleLeft; // frames that may be of that

    public bool IsActive => _rules.Rules.Length != 0;

    /// <summary>How long the loop may sleep: a quarter of the shortest takeover-after.</summary>
    public int SleepMilliseconds => (int)Math.Clamp(_rules.ShortestAfter / 4_000_000, 1, Loop.RelayLoop.MaxSleepMilliseconds);

    /// <summary>So many frames can wait for the loop from now on.</summary>
    public void UseQueue(int frames) => _queueFrames = frames;

    public void Use(RedundantRules rules)
    {
        long now = BootClock.Nanoseconds;
        bool isFirst = !IsActive;
        if (ReferenceEquals(rules, _rules))
            return;
        _rules = rules;
        foreach (int counter in rules.Ended)
            slot.Takeover(counter)->End();
        foreach ((int counter, TakeoverSettings settings) in rules.Rules)
        {
            slot.Takeover(counter)->Use(now, in settings);
            slot.Takeover(counter)->Obey(now, in *slot.Orders(counter));
        }

        if (isFirst && IsActive)
            _ = Look(); // an earlier worker's last turn may be long ago
    }

    /// <summary>At the beginning of a turn.</summary>
    /// <returns>true: the loop has stood still for so long that what it has not sent yet is others' by now.</returns>
    public bool Look()
    {
        _now = BootClock.Nanoseconds;
        long last = slot.Words[SlotLayout.LastTurnWord];
        slot.Words[SlotLayout.LastTurnWord] = _now;
        bool woke = last != 0 && _now - last > _rules.ShortestAfter;
        if (woke)
            Wake(_now - last);
        if (slot.Read(SlotLayout.OrdersWord) is var orders && orders != _orders)
            Obey(orders);
        if (woke || _now - _lookedAt >= LookInterval)
            Hear();
        return woke && _now - last > _rules.LongestAfter;
    }

    /// <summary>Before what this turn has received is sent: whether the loop has stood still in between.</summary>
    public bool IsLate => IsActive && BootClock.Nanoseconds - _now > _rules.LongestAfter;

    /// <summary>A datagram of the rule has come in.</summary>
    /// <returns>Whether to send it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Own(int counter) => slot.Takeover(counter)->Own(_now);

    /// <summary>It had waited while the loop stood still.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsStale(int counter, long arrival) => _staleBefore != 0 && arrival < _staleBefore && slot.Takeover(counter)->IsAsking; // where arrivals are not known, all that is taken until the queue is empty

    /// <summary>At the end of a turn.</summary>
    /// <param name="isFull">There may be more of what was waiting.</param>
    public void EndTurn(int taken, bool isFull)
    {
        if (_staleBefore == 0 || (isFull && (_staleLeft -= taken) > 0))
            return;
        _staleBefore = 0;
        foreach ((int counter, _) in _rules.Rules)
            slot.Takeover(counter)->Settle(_now);
    }

    public void Dispose() => _echoes.Dispose();

    private void Wake(long gap)
    {
        _staleBefore = WallClock.Nanoseconds;
        _staleLeft = _queueFrames;
        foreach ((int counter, TakeoverSettings settings) in _rules.Rules)
        {
            if (gap > settings.After)
                slot.Takeover(counter)->Woke(_now, gap);
        }
    }

    private void Obey(long orders)
    {
        _orders = orders;
        foreach ((int counter, _) in _rules.Rules)
            slot.Takeover(counter)->Obey(_now, in *slot.Orders(counter));
    }

    private void Hear()
    {
        _lookedAt = _now;
        for (int socket = 0; socket < _rules.Sources.Length; socket++)
        {
            int frames = FrameBatch.Capacity;
            for (int batch = 0; batch < MostBatches && frames == FrameBatch.Capacity; batch++)
            {
                frames = _rules.Sources[socket].Receive(_echoes);
                for (int i = 0; i < frames; i++)
                    Hear(socket, in _echoes[i]);
            }
        }
    }

    private void Hear(int socket, in ReceivedFrame echo)
    {
        if (!EchoFrame.TryRead(new ReadOnlySpan<byte>(echo.Data, echo.Length), out UInt128 group, out ushort port, out ulong link)
            || !_rules.Echoes.TryFind(socket, group, port, link, out EchoEntry entry))
        {
            return;
        }

        if (entry.Rank == EchoTable.Unknown)
            slot.Takeover(entry.Counter)->HeardUnknown(_now);
        else if (entry.Rank == EchoTable.Stranger)
            slot.Takeover(entry.Counter)->HeardStranger();
        else
            slot.Takeover(entry.Counter)->Heard(_now, entry.Rank);
    }
}
