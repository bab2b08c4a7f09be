using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mcr.Native.Redundancy;

/// <summary>
/// One redundant rule in one loop: whether its datagrams are sent. What is known: when its own input brought one (<see cref="Own"/>), when another node was heard sending to its
/// output (<see cref="Heard"/>), and what mcrd says (<see cref="Obey"/>). Time is given, the boot clock in nanoseconds, so that the whole is a function of what it was told.
/// It lies in the worker slot: mcrd reads it there, and the next worker goes on with it. Loop thread only.
/// <para>
/// Taking over takes an input that flows, so no pause of the flow can be mistaken for a death. A flow is dense where less than half of takeover-after lies between two datagrams: then it
/// must have flowed for takeover-after without one echo, pauses not counted. Otherwise each datagram is asked, when the next one comes, whether an echo was heard since shortly before it; three in a row
/// without are enough.
/// </para>
/// <para>
/// Yielding takes one echo of a node that goes first, so that two that hear each other are two for one datagram's time.
/// </para>
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct Takeover
{
    /// <summary>Of a slot's 64-bit words, of which not all are used.</summary>
    public const int Words = 32;

    /// <summary>Datagrams in a row that no echo answered, of a flow with few of them.</summary>
    public const int MostUnanswered = 3;

    /// <summary>Echoes since its own input brought one: it forwards nothing, and another does.</summary>
    public const int MostEchoesAlone = 3;

    /// <summary>How long after its first datagram one that was told to take over does not yield to one that goes first, which is to yield to it. Should it not, both forward for that long, and until the next datagram.</summary>
    public const long ClaimTime = 50_000_000;

    /// <summary>How long after its own next datagram it is waited for whom the rule is handed over to: longer than the pauses of a usual flow.</summary>
    public const long HandOverTime = 10_000_000_000;

    /// <summary>Before that the cluster finds nobody gone.</summary>
    private const long CertainTime = 1_000_000_000;

    /// <summary>Part of takeover-after that each one waits longer than the one before it in the order, so that not all take over at once.</summary>
    private const int StaggerDivisor = 5;

    private long _inUse;
    private long _role;
    private long _cause;
    private long _changedAt;
    private long _gap;
    private long _takeovers;
    private long _yields;
    private long _lastOwn;
    private long _lastEcho; // 0: none
    private long _echoRank; // of the last echo, plus 1
    private long _echoes;
    private long _strangers;
    private long _lastUnknown;
    private long _isProven; // an echo was heard, so that silence says something
    private long _silent; // for how long the flow has been dense since the last echo, pauses left out
    private long _unjudged; // when the datagram came that is to be judged; 0: none
    private long _unanswered;
    private long _echoesSinceOwn;
    private long _aloneSince; // when the first of them came
    private long _awaitsOwn; // not 0: the times of a hand-over count from its own next datagram, whenever the flow has one
    private long _askedAt; // 0: not asking
    private long _claimUntil;
    private long _yieldTo; // a rank plus 1; 0: nobody
    private long _yieldUntil;
    private long _obeyed; // the number of the last order
    private long _after;
    private long _rank;
    private TakeoverOrders _orders; // as they were read last

    public readonly TakeoverRole Role => (TakeoverRole)_role;

    public readonly TakeoverCause Cause => (TakeoverCause)_cause;

    /// <summary>When it came into this role.</summary>
    public readonly long ChangedAt => _changedAt;

    /// <summary>How long nobody had been heard when it took over last (0: nobody ever was), or how long it had stood still when it stopped.</summary>
    public readonly long Gap => _gap;

    public readonly long Takeovers => _takeovers;

    public readonly long Yields => _yields;

    /// <summary>0: none yet.</summary>
    public readonly long LastOwn => _lastOwn;

    /// <inheritdoc cref="LastOwn"/>
    public readonly long LastEcho => _lastEcho;

    /// <summary>When somebody was heard last who may be a node of it.</summary>
    /// <inheritdoc cref="LastOwn"/>
    public readonly long LastUnknown => _lastUnknown;

    /// <summary>Of whom the last echo was; null: nobody's.</summary>
    public readonly int? EchoRank => _echoRank == 0 ? null : (int)_echoRank - 1;

    public readonly long Echoes => _echoes;

    /// <summary>Datagrams to the output that are of no node of the rule.</summary>
    public readonly long Strangers => _strangers;

    /// <summary>Echoes are heard on this segment, so that their absence means something.</summary>
    public readonly bool IsProven => _isProven != 0;

    /// <summary>The number of the last order that was obeyed.</summary>
    public readonly long Obeyed => _obeyed;

    /// <summary>The loop had stood still, and what it finds is looked at before it forwards again.</summary>
    public readonly bool IsAsking => _askedAt != 0;

    public readonly bool IsInUse => _inUse != 0;

    /// <summary>The rule is there, with these settings. One that was there before, in this worker or the one before it, keeps its role.</summary>
    public void Use(long now, in TakeoverSettings settings)
    {
        if (_inUse == 0)
        {
            this = default;
            _inUse = 1;
            _changedAt = now;
        }

        (_after, _rank) = (settings.After, settings.Rank);
    }

    /// <summary>The rule is not redundant any more, or gone.</summary>
    public void End() => _inUse = 0;

    /// <summary>Its own input has brought a datagram.</summary>
    /// <returns>Whether to send it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Own(long now)
    {
        if (_role != (long)TakeoverRole.Forwarding)
            return OwnOfStandby(now);
        _lastOwn = now;
        _echoesSinceOwn = 0;
        if (_awaitsOwn != 0)
            BeginHandOver(now);
        return true;
    }

    /// <summary>Another node has sent a datagram to the rule's output.</summary>
    public void Heard(long now, int rank)
    {
        _echoes++;
        _echoRank = rank + 1;
        _lastEcho = now;
        _isProven = 1;
        _silent = 0;
        if (_role != (long)TakeoverRole.Forwarding)
            return;
        if (_echoesSinceOwn++ == 0)
            _aloneSince = now;
        if (_yieldTo == rank + 1 && now < _yieldUntil)
            Yield(now, TakeoverCause.HandedOver);
        else if (rank < _rank && now >= _claimUntil)
            Yield(now, TakeoverCause.Outranked);
        else if (_echoesSinceOwn >= MostEchoesAlone && now - _aloneSince > _after / 2 && now - _lastOwn > _after)
            Yield(now, TakeoverCause.InputSilent); // not because a burst comes later here than there
    }

    /// <summary>Somebody has sent a datagram to the rule's output who is no node of it.</summary>
    public void HeardStranger() => _strangers++;

    /// <summary>Somebody has, and may be a node of it whose address is not known yet: it is not silent, and it proves nothing.</summary>
    public void HeardUnknown(long now)
    {
        _lastUnknown = now;
        BeginRun();
    }

    /// <summary>What mcrd says now.</summary>
    public void Obey(long now, in TakeoverOrders orders)
    {
        if (orders.Withheld == 0 && _orders.Withheld != 0)
            BeginRun(); // what was not heard meanwhile says nothing
        _orders = orders;
        bool isNew = orders.Number != _obeyed;
        _obeyed = orders.Number;
        if (orders.Withheld != 0)
        {
            _askedAt = 0;
            if (_role == (long)TakeoverRole.Forwarding)
                Yield(now, TakeoverCause.Withheld);
            return;
        }

        if (!isNew)
            return;
        switch (orders.Kind)
        {
            case TakeoverOrder.Take:
                _yieldTo = 0;
                if (_role == (long)TakeoverRole.Forwarding)
                    break; // said again, or it claims already: a claim that is renewed would double for as long again
                _claimUntil = long.MaxValue;
                _awaitsOwn = 1;
                Take(now, TakeoverCause.Ordered);
                break;
            case TakeoverOrder.YieldTo:
                _yieldTo = orders.Rank + 1;
                _yieldUntil = long.MaxValue;
                _claimUntil = 0;
                _awaitsOwn = 1;
                break;
            case TakeoverOrder.Yield:
                _isProven = 0;
                _askedAt = 0;
                if (_role == (long)TakeoverRole.Forwarding)
                    Yield(now, TakeoverCause.Fenced);
                break;
            case TakeoverOrder.Release:
                _askedAt = 0;
                if (_role == (long)TakeoverRole.Forwarding)
                    Yield(now, TakeoverCause.HandedOver);
                break;
            default:
                break;
        }
    }

    /// <summary>The loop has stood still for <paramref name="gap"/> nanoseconds: nothing was heard meanwhile, and what has queued up is as old as that.</summary>
    public void Woke(long now, long gap)
    {
        BeginRun();
        if (_role != (long)TakeoverRole.Forwarding)
            return;
        if (gap <= _after)
        {
            _lastOwn = now;
            return;
        }

        Yield(now, TakeoverCause.Frozen);
        _askedAt = now;
        _gap = gap;
    }

    /// <summary>Everything that had queued up while the loop stood still has been looked at: if nobody has taken over, this one goes on.</summary>
    public void Settle(long now)
    {
        if (_askedAt == 0)
            return;
        bool isTaken = _lastEcho >= _askedAt;
        bool isSoon = _gap < CertainTime; // sooner than anybody takes over whom it would not hear
        _askedAt = 0;
        if (!isTaken && (MayForward(now) || (isSoon && _orders.Withheld == 0)))
            Take(now, TakeoverCause.Resumed);
    }

    private bool OwnOfStandby(long now)
    {
        long before = _lastOwn;
        _lastOwn = now;
        _echoesSinceOwn = 0;
        if (before != 0 && now - before <= _after / 2)
        {
            _silent += now - Math.Max(before, _lastEcho);
            return _silent >= _after + Stagger && MayForward(now) && Take(now, TakeoverCause.Silence);
        }

        if (_unjudged != 0)
            _unanswered = _lastEcho >= _unjudged - (_after / 2) ? 0 : _unanswered + 1;
        _unjudged = now;
        return _unanswered >= (now < _orders.SuspectUntil || now < _orders.FreeUntil ? 1 : MostUnanswered) && MayForward(now) && Take(now, TakeoverCause.Unanswered);
    }

    /// <summary>Not while it asks; a question that nobody settles, since the worker died over it, is none after takeover-after.</summary>
    private readonly bool MayForward(long now) => _orders.Withheld == 0 && (_askedAt == 0 || now - _askedAt > _after) && (_isProven != 0 || now < _orders.FreeUntil);

    private readonly long Stagger
    {
        get
        {
            long before = _echoRank != 0 && _echoRank <= _rank ? _rank - 1 : _rank; // the one that has fallen silent does not count
            return Math.Min(before * (_after / StaggerDivisor), _after);
        }
    }

    private bool Take(long now, TakeoverCause cause)
    {
        _gap = _lastEcho == 0 ? 0 : now - _lastEcho;
        _takeovers++;
        _yieldTo = 0;
        _askedAt = 0;
        Change(now, TakeoverRole.Forwarding, cause);
        return true;
    }

    private void Yield(long now, TakeoverCause cause)
    {
        _yields++;
        _yieldTo = 0;
        _claimUntil = 0;
        Change(now, TakeoverRole.Standby, cause);
    }

    private void Change(long now, TakeoverRole role, TakeoverCause cause)
    {
        _role = (long)role;
        _cause = (long)cause;
        _changedAt = now;
        _echoesSinceOwn = 0;
        BeginRun();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginHandOver(long now)
    {
        _awaitsOwn = 0;
        _claimUntil = _claimUntil == 0 ? 0 : now + ClaimTime;
        _yieldUntil = now + HandOverTime;
    }

    /// <summary>Silence counts from here on.</summary>
    private void BeginRun()
    {
        _silent = 0;
        _unjudged = 0;
        _unanswered = 0;
    }
}
