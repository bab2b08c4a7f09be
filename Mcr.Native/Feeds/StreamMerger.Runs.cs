using Mcr.Native.Interop;

namespace Mcr.Native.Feeds;

/// <content>
/// Which stream is forwarded. A datagram is of it when it has its SSRC or session and a place near where the stream is, seen from its input as well. What is not may be the next one: it waits apart, and
/// takes the stream's place when each input that lives has left that, or is silent. So a sender that begins anew is followed, and an input that replays yesterday, or is another stream,
/// keeps nobody waiting.
/// </content>
internal sealed unsafe partial class StreamMerger
{
    /// <summary>Numbers that an input may skip whatever the rate, and as many more as it may have missed.</summary>
    private const long Near = 64;

    private const long NearWhileUnknown = 4096;

    /// <summary>Of 8 bits: what is less than half of them behind is not ahead.</summary>
    private const long NearBehind8 = 96;

    private long _vicinity = NearWhileUnknown; // numbers that are about as many as come within the skew, twice
    private UInt128 _past; // the stream before
    private ulong _pastNumber; // where it ended
    private long _pastUntil; // so long stragglers of it may come

    private bool IsOfRun(in SequenceReading reading, long number, int input, long now)
    {
        if (reading.Stream != _run->Stream)
            return false;
        long ahead = number - _run->Next;
        if (ahead < -_behind || ahead >= _ahead)
            return false;
        if (ahead <= _vicinity && ahead >= -(_reader.Bits == 8 ? NearBehind8 : _vicinity))
            return true;
        return GoesOn(number, input, now);
    }

    /// <summary>The input goes on where it was, or has missed no more than it can have missed.</summary>
    private bool GoesOn(long number, int input, long now) =>
        State(input)->HasOwn != 0 && number - State(input)->Own is var jump && jump > -_vicinity && jump <= Near + (long)(4.0 * _run->Rate * (now - Input(input)[SelectBlock.HeardAt]) / RateScale / Second);

    /// <summary>It is of the stream that is forwarded and further ahead than anything can wait: the stream is too fast for so long a wait.</summary>
    private bool IsBeyond(in SequenceReading reading, long number, int input, long now) =>
        _heldCount > 0 && number - _run->Next >= _ahead && reading.Stream == _run->Stream && GoesOn(number, input, now);

    /// <summary>Another input that lives has brought numbers close before those that are missing.</summary>
    private bool IsAnotherNear(int input, long now)
    {
        for (int i = 0; i < _inputs; i++)
        {
            if (i != input && Lives(i, now) && State(i)->Last - _run->Next is < 0 and var behind && behind > -_vicinity)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Whether the input brings nothing but what it has brought before, or what was given up, and has done so for longer than anybody can be behind: it has begun anew not far from where it was.
    /// </summary>
    private bool IsVain(int input, long number, long end, long now)
    {
        MergeInput* state = State(input);
        if (end - number == 0 || end - _run->Next > 0 || (_places[number]->IsForwarded ? (_places[number]->SeenBy & (1 << input)) == 0 : _hold == 0))
        {
            state->Vain = 0;
            return false;
        }

        if (state->Vain++ == 0)
            state->VainSince = now;
        return state->Vain > EnoughInARow && now - state->VainSince > _skew;
    }

    /// <summary>A straggler of the stream before, which is over.</summary>
    private bool IsPast(in SequenceReading reading, long now) =>
        now < _pastUntil && reading.Stream == _past && Difference(reading.Number, _pastNumber) is var ahead && ahead >= -_behind && ahead <= _vicinity;

    /// <summary>What was apart is the stream that is forwarded from now on; what waits of the one before goes first.</summary>
    /// <param name="best">One of the inputs that have it.</param>
    private void Follow(int best, long now)
    {
        while (_heldCount > 0)
            Advance(_firstHeld);
        Settle(_run->Next);
        int having = 0;
        ulong lowest = _apart[best].Number;
        for (int i = 0; i < _inputs; i++)
        {
            if (!IsSame(best, i))
                continue;
            having |= 1 << i;
            for (int at = _apart[i].Head; at != 0; at = _held[at - 1]->Next)
            {
                if (Difference((ulong)_held[at - 1]->Number, lowest) < 0)
                    lowest = (ulong)_held[at - 1]->Number;
            }
        }

        long skipped = Skipped(in _apart[best], lowest);
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
        BeginRun(_apart[best].Stream, (long)lowest, now);
        for (int i = 0; i < _inputs; i++)
        {
            while ((having & (1 << i)) != 0 && _apart[i].Head != 0)
                TakeStored(TakeFirstApart(i), now);
        }
    }

    /// <summary>By how many numbers the stream has gone on while nobody brought it.</summary>
    /// <returns>-1: it has not gone on, it has begun anew.</returns>
    private long Skipped(in Candidate next, ulong number)
    {
        if (next.Stream != _run->Stream)
            return -1;
        long last = 0;
        for (int i = 0; i < _inputs; i++)
            last = Math.Max(last, Input(i)[SelectBlock.GoodAt]);
        double expected = _run->Rate * (double)(next.Since - last) / RateScale / Second;
        double skipped = (number - (ulong)_run->Next) << _shift >> _shift;
        if (_shift >= 48)
            skipped += Math.Max(0, Math.Round((expected - skipped) / Math.Pow(2, 64 - _shift))) * Math.Pow(2, 64 - _shift); // it has gone round meanwhile
        return skipped <= (4 * expected) + _vicinity ? (long)skipped : -1;
    }

    /// <summary>One that was apart, now that its stream is the one that is forwarded.</summary>
    private void TakeStored(int place, long now)
    {
        HeldDatagram* held = _held[place];
        long number = Extend((ulong)held->Number);
        int input = held->Datagram.Input;
        if (number - _run->Next < -_behind || number - _run->Next >= _ahead)
        {
            Input(input)[SelectBlock.Astray]++;
            _held.Drop(place);
            return;
        }

        (held->Number, held->End) = (number, number + held->End);
        _places.Reach(held->End);
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
    }

    private void BeginRun(UInt128 stream, long number, long now)
    {
        (_run->StreamHigh, _run->StreamLow) = ((long)(stream >> 64), (long)(ulong)stream);
        _run->HasRun = 1;
        _run->Next = _run->Settled = _run->RateFrom = number;
        _run->RateSince = now;
        SetVicinity();
        _run->SampleCount = 0;
        _run->HeartbeatAt = 0;
        _awaits = false;
        _places.Begin(number);
        for (int i = 0; i < _inputs; i++)
            (State(i)->HasOwn, State(i)->Vain) = (0, 0);
    }

    /// <summary>Where an earlier one was; anew, where that one did something else.</summary>
    private void GoOn()
    {
        _hasBegun = true;
        if (_block[SelectBlock.Tag] != _tag)
        {
            new Span<long>(_block + SelectBlock.State, SelectBlock.StateWords).Clear();
            for (int i = 0; i < Rules.SelectSettings.MaxInputs; i++)
                new Span<long>(Input(i) + SelectBlock.HeardAt, SelectBlock.WordsPerInput - SelectBlock.HeardAt).Clear(); // of other inputs; what was counted stays counted
            _block[SelectBlock.Tag] = _tag;
        }

        _block[SelectBlock.Waiting] = 0;
        if (_run->HasRun == 0)
            return;
        SetVicinity();
        _places.Begin(_run->Next - SelectBlock.WindowNumbers);
        _places.Reach(_run->Next);
        for (long n = _run->Next - SelectBlock.WindowNumbers; n - _run->Next < 0; n++)
            (_places[n]->IsForwarded, _places[n]->SeenBy) = (WasForwarded(n), byte.MaxValue); // who has brought it is not known any more
    }
}
