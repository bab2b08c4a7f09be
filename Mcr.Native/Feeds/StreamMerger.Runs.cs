using Mcr.Native.Interop;

namespace Mcr.Native.Feeds;

/// <content>
/// Which stream is forwarded. A datagram is of it when it has its SSRC or session and a place near where the stream is, seen from its input as well. What is not may be the next one: it waits apart, and
/// takes the stream's place when each input that lives has left that, or is silent. So a sender that begins anew is followed, and an input that replays yesterday, or is another stream,
/// keeps nobody waiting.
/// </content>
internal sealed unsafe partial class StreamMerger
{
    /// <summary>Datagrams in a row that make a stream of what was apart: two senders to one group take turns, and neither gets so far.</summary>
    private const int EnoughInARow = 3;

    /// <summary>Numbers that an input may skip whatever the rate, and as many more as it may have missed.</summary>
    private const long Near = 64;

    private const long NearWhileUnknown = 4096;

    /// <summary>An input that is slow lives as long as this without a datagram.</summary>
    private const long LongestLife = 2 * Second;

    private UInt128 _apart; // which stream
    private ulong _apartNumber; // where it is; as the field has it
    private int _apartCount; // that wait
    private long _apartSince;
    private long _apartAt; // the last one
    private long _apartDeadline; // when it is to be looked at
    private int _apartInARow;
    private UInt128 _past; // the stream before
    private ulong _pastNumber; // where it ended
    private long _pastUntil; // so long stragglers of it may come
    private byte _apartInputs; // a bit for each input whose last datagram was of it

    /// <summary>Numbers that are about as many as come within the skew.</summary>
    private long Vicinity => _run->Rate == 0 ? NearWhileUnknown : Near + Math.Min(NearWhileUnknown * 4, (long)(2.0 * _run->Rate * _skew / Second));

    private bool IsOfRun(in SequenceReading reading, long number, int input, long now)
    {
        if (reading.Stream != _run->Stream)
            return false;
        long ahead = number - _run->Next;
        if (ahead < -_behind || ahead >= _ahead)
            return false;
        if (ahead <= Vicinity && ahead >= -Vicinity)
            return true;
        long jump = number - State(input)->Own; // an input that goes on where it was, has missed some, or brings some that others have overtaken
        return State(input)->HasOwn != 0 && jump > -Vicinity && jump <= Near + (long)(4.0 * _run->Rate * (now - Input(input)[SelectBlock.HeardAt]) / Second);
    }

    /// <summary>A straggler of the stream before, which is over.</summary>
    private bool IsPast(in SequenceReading reading, long now) =>
        now < _pastUntil && reading.Stream == _past && Difference(reading.Number, _pastNumber) is var ahead && ahead >= -_behind && ahead <= Vicinity;

    private MergeVerdict TakeApart(in FeedDatagram datagram, in SequenceReading reading, long now)
    {
        byte bit = (byte)(1 << datagram.Input);
        bool isSame = _apartAt != 0 && reading.Stream == _apart && Difference(reading.Number, _apartNumber) is var step && step >= -_behind && step < _ahead;
        if (!isSame && _apartAt != 0 && now - _apartAt < _skew && _apartInputs != 0 && (_apartInputs & bit) == 0)
        {
            Input(datagram.Input)[SelectBlock.Astray]++; // a third stream
            return MergeVerdict.Dropped;
        }

        int place = _held.TryAdd(in datagram, now, (long)reading.Number, reading.Count, HeldState.Apart);
        if (place < 0)
        {
            MakeRoom(now);
            return MergeVerdict.Full;
        }

        if (!isSame)
        {
            DropAllApart(except: place);
            (_apart, _apartSince, _apartInARow, _apartInputs) = (reading.Stream, now, 0, 0);
        }

        if (_apartCount++ == 0)
            _apartDeadline = now + _skew;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
        _apartNumber = reading.Number;
        _apartAt = now;
        _apartInARow++;
        _apartInputs |= bit;
        if (HaveAllLeft(now) && (_apartInARow >= EnoughInARow || IsRunOver(now)))
            Follow(now);
        return MergeVerdict.Held;
    }

    /// <summary>Each input has its last datagram apart, or is silent for longer than it would be.</summary>
    private bool HaveAllLeft(long now)
    {
        for (int i = 0; i < _inputs; i++)
        {
            if ((_apartInputs & (1 << i)) == 0 && Lives(i, now))
                return false;
        }

        return true;
    }

    /// <summary>None of them has been heard with the stream that is forwarded.</summary>
    private bool IsRunOver(long now)
    {
        for (int i = 0; i < _inputs; i++)
        {
            if (Lives(i, now))
                return false;
        }

        return true;
    }

    private bool Lives(int input, long now)
    {
        long good = Input(input)[SelectBlock.GoodAt];
        return good != 0 && State(input)->HasOwn != 0 && now - good < Math.Clamp(4 * State(input)->Interval, _skew, Math.Max(_skew, LongestLife));
    }

    /// <summary>What has waited apart for as long as anything may.</summary>
    private void ExpireApart(long now)
    {
        if (HaveAllLeft(now))
        {
            Follow(now);
            return;
        }

        while (_apartCount > 0 && OldestApart() is var oldest)
        {
            if (_held[oldest]->Since + _skew > now)
            {
                _apartDeadline = _held[oldest]->Since + _skew;
                return;
            }

            DropApart(oldest);
        }
    }

    private int OldestApart()
    {
        _held.Range(out long first, out long end);
        for (long at = first; at < end; at++)
        {
            if (_held[HeldDatagrams.PlaceOf(at)]->State == HeldState.Apart)
                return HeldDatagrams.PlaceOf(at);
        }

        return -1;
    }

    private void DropAllApart(int except)
    {
        _held.Range(out long first, out long end);
        for (long at = first; at < end && _apartCount > 0; at++)
        {
            if (HeldDatagrams.PlaceOf(at) is var place && place != except && _held[place]->State == HeldState.Apart)
                DropApart(place);
        }
    }

    private void DropApart(int place)
    {
        Input(_held[place]->Datagram.Input)[SelectBlock.Astray]++;
        _held.Drop(place);
        _apartCount--;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
    }

    /// <summary>What was apart is the stream that is forwarded from now on; what waits of the one before goes first.</summary>
    private void Follow(long now)
    {
        while (_heldCount > 0)
            Advance(_firstHeld);
        Settle(_run->Next);
        _held.Range(out long first, out long end);
        ulong lowest = 0;
        bool isFirst = true;
        for (long at = first; at < end; at++)
        {
            HeldDatagram* held = _held[HeldDatagrams.PlaceOf(at)];
            if (held->State != HeldState.Apart || (!isFirst && Difference((ulong)held->Number, lowest) >= 0))
                continue;
            (lowest, isFirst) = ((ulong)held->Number, false);
        }

        long skipped = Skipped(lowest, now);
        if (skipped < 0)
        {
            _block[SelectBlock.Restarts]++;
            _block[SelectBlock.RestartedAt] = WallClock.Nanoseconds;
        }
        else
        {
            _block[SelectBlock.Lost] += skipped;
            for (int i = 0; i < _inputs; i++)
                Input(i)[SelectBlock.InputLost] += skipped;
        }

        (_past, _pastNumber, _pastUntil) = (_run->Stream, (ulong)_run->Next, now + _skew);
        BeginRun(_apart, (long)lowest, now);
        (_apartAt, _apartInputs) = (0, 0);
        for (long at = first; at < end; at++)
        {
            if (HeldDatagrams.PlaceOf(at) is var place && _held[place]->State == HeldState.Apart)
                TakeStored(place, now);
        }
    }

    /// <summary>By how many numbers the stream has gone on while nobody brought it.</summary>
    /// <returns>-1: it has not gone on, it has begun anew.</returns>
    private long Skipped(ulong number, long now)
    {
        if (_apart != _run->Stream)
            return -1;
        long last = 0;
        for (int i = 0; i < _inputs; i++)
            last = Math.Max(last, Input(i)[SelectBlock.GoodAt]);
        double expected = _run->Rate * (double)(_apartSince - last) / Second;
        double skipped = (number - (ulong)_run->Next) << _shift >> _shift;
        if (_shift >= 48)
            skipped += Math.Max(0, Math.Round((expected - skipped) / Math.Pow(2, 64 - _shift))) * Math.Pow(2, 64 - _shift); // it has gone round meanwhile
        return skipped <= (4 * expected) + Vicinity ? (long)skipped : -1;
    }

    /// <summary>One that was apart, now that its stream is the one that is forwarded.</summary>
    private void TakeStored(int place, long now)
    {
        HeldDatagram* held = _held[place];
        _apartCount--;
        long number = Extend((ulong)held->Number);
        (held->Number, held->End) = (number, number + held->End);
        _places.Reach(held->End);
        int input = held->Datagram.Input;
        long end = held->End;
        if (end == number)
        {
            if (TakeHeartbeat(input, number, now) == MergeVerdict.Forward)
                _held.MakeReady(place);
            else
                _held.Drop(place);
        }
        else if (IsKnown(number, end))
        {
            _ = Duplicate(in held->Datagram, number);
            _held.Drop(place);
        }
        else if (number - _run->Next <= 0 || _hold == 0)
        {
            _ = Forward(in held->Datagram, number, end);
            _held.MakeReady(place);
            Advance(end);
        }
        else
        {
            First(in held->Datagram, number, end);
            held->State = HeldState.Waiting;
            Hold(place, now);
        }

        Heard(input, number, end, now);
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
    }

    private void BeginRun(UInt128 stream, long number, long now)
    {
        (_run->StreamHigh, _run->StreamLow) = ((long)(stream >> 64), (long)(ulong)stream);
        _run->HasRun = 1;
        _run->Next = _run->Settled = _run->RateFrom = number;
        _run->RateSince = now;
        _run->SampleCount = 0;
        _run->HeartbeatAt = 0;
        _awaits = false;
        _places.Begin(number);
        for (int i = 0; i < _inputs; i++)
            State(i)->HasOwn = 0;
    }

    /// <summary>Where an earlier one was; anew, where that one did something else.</summary>
    private void GoOn()
    {
        _hasBegun = true;
        if (_block[SelectBlock.Tag] != _tag)
        {
            new Span<long>(_block + SelectBlock.State, SelectBlock.StateWords).Clear();
            for (int i = 0; i < Rules.SelectSettings.MaxInputs; i++)
                *State(i) = default;
            _block[SelectBlock.Tag] = _tag;
        }

        _block[SelectBlock.Waiting] = 0;
        if (_run->HasRun == 0)
            return;
        _places.Begin(_run->Next - SelectBlock.WindowNumbers);
        _places.Reach(_run->Next);
        for (long n = _run->Next - SelectBlock.WindowNumbers; n - _run->Next < 0; n++)
            (_places[n]->IsForwarded, _places[n]->SeenBy) = (WasForwarded(n), byte.MaxValue); // who has brought it is not known any more
    }
}
