using System.Numerics;

namespace Mcr.Native.Feeds;

/// <content>What waits behind a gap, and when it waits no longer; and what is lost for good.</content>
internal sealed unsafe partial class StreamMerger
{
    /// <summary>What is due is looked at again when another input is just about to reach it.</summary>
    private const long Again = 1_000_000;

    /// <summary>Looks through numbers for losses so often in the time that another input may be behind.</summary>
    private const int SettlesPerSkew = MergeState.Samples / 2;

    private const long RateInterval = Second / 10;
    private const long RateScale = 1000; // of MergeState.Rate
    private const int MostPauses = 4;

    /// <summary>Numbers that come in turn while something else waits, from which on that is not where the stream is.</summary>
    private const int ManyDirect = 16;

    private long _direct; // how many numbers have come just when they were wanted
    private int _heldCount; // of the stream that is forwarded
    private long _firstHeld; // the lowest number of those
    private long _gapDeadline; // when they wait no longer
    private bool _awaits; // a heartbeat has told of numbers before this one that nothing is behind:
    private long _awaited;
    private long _awaitedDeadline;
    private int _pauses; // intervals in a row that were too long to measure a rate

    private HeldDatagram* FirstHeld => _held[_places[_firstHeld]->Held - 1];

    private long SettleDeadline => _run->SampleCount > 0 ? SampleAt(0) + _skew : _run->Next != _run->Settled ? _tickedAt + (_skew / SettlesPerSkew) : long.MaxValue;

    /// <summary>Gives up gaps that have been waited for long enough.</summary>
    /// <param name="until">What had arrived by then has been taken, of every input: a gap is given up when its time was over then.</param>
    public void Expire(long now, long until)
    {
        if (!_hasBegun)
            return;
        if (now != _tickedAt)
            Tick(now);
        SettleDue(until);
        if (_apartCount > 0 && _apartDeadline <= until)
            ExpireApart(now, until);
        while (_heldCount > 0 && _gapDeadline <= until)
        {
            HeldDatagram* held = FirstHeld;
            if (!IsReached(held->Since, now))
                Advance(_firstHeld);
            else if (until < held->Since + (2 * _skew))
                _gapDeadline = until + Again;
            else
                PassBy(held);
        }

        if (_awaits && _awaitedDeadline <= until)
            Advance(_awaited);
    }

    /// <summary>Nobody will bring what is missing: all that waits of the stream that is forwarded is ready, and what is apart is dropped.</summary>
    public void Finish()
    {
        if (!_hasBegun || _content is not null)
            return;
        while (_heldCount > 0)
            Advance(_firstHeld);
        for (int i = 0; i < _inputs; i++)
            DropApartOf(i);
    }

    /// <summary>A copy waits behind the gap.</summary>
    private void Hold(int place, long now)
    {
        HeldDatagram* held = _held[place];
        held->DirectBefore = _direct;
        for (long n = held->Number; n - held->End < 0; n++)
        {
            if (_places[n]->Held == 0)
                _places[n]->Held = place + 1;
        }

        if (_heldCount == 0)
            _gapDeadline = now + _hold;
        long first = FirstOf(held, place, held->Number);
        if (_heldCount++ == 0 || first - _firstHeld < 0)
            _firstHeld = first;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
    }

    /// <summary>The lowest of its numbers, from that one on, for which it is the one that waits; behind the last where there is none.</summary>
    private long FirstOf(HeldDatagram* held, int place, long from)
    {
        while (from - held->End < 0 && _places[from]->Held != place + 1)
            from++;
        return from;
    }

    /// <summary>All numbers before <paramref name="next"/> are passed; then as far as what waits reaches.</summary>
    private void Advance(long next)
    {
        Pass(next);
        while (_heldCount > 0 && _places[_run->Next]->Held is var held and not 0)
            Ready(held - 1);
        if (_awaits && _awaited - _run->Next <= 0)
            _awaits = false;
        if (_heldCount > 0 && _firstHeld - _run->Next < 0)
            FindFirstHeld();
    }

    /// <summary>Its turn has come.</summary>
    private void Ready(int place)
    {
        HeldDatagram* held = _held[place];
        for (long n = held->Number; n - held->End < 0; n++)
        {
            if (n - _run->Next >= 0)
                _places[n]->IsForwarded = true;
            if (_places[n]->Held == place + 1)
                _places[n]->Held = 0;
        }

        for (long n = held->Number; n - _run->Next < 0; n++)
        {
            _places[n]->IsForwarded = true;
            SetForwarded(n);
        }

        _heldCount--;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
        CountWon(held->Datagram.Input);
        _held.MakeReady(place);
        Pass(held->End);
    }

    /// <summary>
    /// Moves on; the window says of each number that is passed whether it was forwarded. What waits has at least one number ahead that is its own: else it is dropped, since others have
    /// brought its numbers in other datagrams.
    /// </summary>
    private void Pass(long next)
    {
        for (; _run->Next - next < 0; _run->Next++)
        {
            long n = _run->Next;
            _places.Reach(n + 1);
            MergePlace* place = _places[n];
            if (place->IsForwarded)
            {
                SetForwarded(n);
            }
            else
            {
                ClearForwarded(n);
                _run->RateFrom++;
            }

            if (place->Held != 0)
            {
                int held = place->Held - 1;
                place->Held = 0;
                if (FirstOf(_held[held], held, n + 1) == _held[held]->End)
                    DropHeld(held, SelectBlock.Duplicates);
            }
        }

        if (_run->Next - _run->Settled > SelectBlock.WindowNumbers)
            Settle(_run->Next - SelectBlock.WindowNumbers); // a fast stream: the window is shorter than the skew
    }

    private void FindFirstHeld()
    {
        long n = _run->Next;
        while (_places[n]->Held == 0)
            n++;
        _firstHeld = n;
        _gapDeadline = _held[_places[n]->Held - 1]->Since + _hold;
    }

    /// <summary>
    /// Whether another input has come near the gap meanwhile, and goes on there: it will bring the missing numbers in a moment, and what waits is further ahead than it should be.
    /// </summary>
    /// <param name="since">Boot clock.</param>
    private bool IsReached(long since, long now)
    {
        for (int i = 0; i < _inputs; i++)
        {
            MergeInput* state = State(i);
            if (state->HasOwn != 0 && state->Last - _run->Next is < 0 and > -Near && state->DirectAt > since && now - Input(i)[SelectBlock.GoodAt] <= Math.Max(Again, Math.Min(2 * state->Interval, _hold / 8)))
                return true;
        }

        return false;
    }

    /// <summary>
    /// An input goes on before the gap, and what waits there is out of its reach: where many numbers were brought meanwhile, it is the one that waits which is not where the stream is; where few were, it is not known.
    /// </summary>
    private void PassBy(HeldDatagram* held)
    {
        if (_direct - held->DirectBefore >= ManyDirect)
            DropHeldOf(held->Datagram.Input);
        else
            Advance(_firstHeld);
    }

    /// <summary>There is no memory for more: what has waited longest goes, or is dropped, until something is free.</summary>
    private void MakeRoom(long now)
    {
        _block[SelectBlock.Overflows]++;
        while (!_held.HasReady && _held.Oldest is var oldest and >= 0)
        {
            if (_held[oldest]->State == HeldState.Apart)
                DropFirstApart(_held[oldest]->Datagram.Input);
            else if (_held[oldest]->State != HeldState.Waiting)
                return;
            else if (IsReached(_held[oldest]->Since, now))
                PassBy(_held[oldest]);
            else
                Advance(_firstHeld);
            if (_held.Oldest != oldest)
                return;
        }
    }

    /// <summary>Nothing of that input waits any longer: it is not where the others are.</summary>
    private void DropHeldOf(int input)
    {
        _held.Range(out long first, out long end);
        for (long at = first; at < end; at++)
        {
            int place = HeldDatagrams.PlaceOf(at);
            if (_held[place]->State == HeldState.Waiting && _held[place]->Datagram.Input == input)
                DropHeld(place, SelectBlock.Astray);
        }

        State(input)->HasOwn = 0;
        if (_heldCount > 0)
            FindFirstHeld();
    }

    private void DropHeld(int place, int reason)
    {
        HeldDatagram* held = _held[place];
        for (long n = held->Number; n - held->End < 0; n++)
        {
            if (_places[n]->Held == place + 1)
                _places[n]->Held = 0;
        }

        _heldCount--;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
        Input(held->Datagram.Input)[reason]++;
        _held.Drop(place);
    }

    /// <summary>Once for each time of a turn.</summary>
    private void Tick(long now)
    {
        _tickedAt = now;
        if (_run->HasRun == 0)
            return;
        if (now - _run->RateSince is var elapsed and >= RateInterval)
        {
            long rate = (long)((_run->Next - _run->RateFrom) * (double)RateScale * Second / elapsed);
            _pauses = elapsed < MostPauses * RateInterval ? 0 : _pauses + 1;
            if (_run->Rate == 0 || _pauses >= MostPauses)
                _run->Rate = rate;
            else if (_pauses == 0) // else a pause, which says nothing until there are several
                _run->Rate = Math.Max(rate, _run->Rate - (_run->Rate >> 2));
            (_run->RateSince, _run->RateFrom) = (now, _run->Next);
            SetVicinity();
        }

        long newest = _run->SampleCount == 0 ? 0 : SampleAt(_run->SampleCount - 1);
        long reached = _run->SampleCount == 0 ? _run->Settled : SampledAt(_run->SampleCount - 1);
        if (_run->Next != reached && now - newest >= _skew / SettlesPerSkew && _run->SampleCount < MergeState.Samples)
        {
            long place = (_run->FirstSample + _run->SampleCount++) % MergeState.Samples;
            (_run->Sample[place * 2], _run->Sample[(place * 2) + 1]) = (now, _run->Next);
        }
    }

    private void SettleDue(long until)
    {
        while (_run->SampleCount > 0 && until - SampleAt(0) >= _skew)
        {
            Settle(_run->Sample[(_run->FirstSample * 2) + 1]);
            _run->FirstSample = (_run->FirstSample + 1) % MergeState.Samples;
            _run->SampleCount--;
        }
    }

    private void SetVicinity() => _vicinity = Math.Min(_reader.Bits == 8 ? _ahead / 2 : _ahead - 1, _run->Rate == 0 ? NearWhileUnknown : Near + (long)(2.0 * _run->Rate * _skew / RateScale / Second));

    private long SampleAt(long sample) => _run->Sample[(_run->FirstSample + sample) % MergeState.Samples * 2];

    private long SampledAt(long sample) => _run->Sample[((_run->FirstSample + sample) % MergeState.Samples * 2) + 1];

    /// <summary>What was not brought by now is lost: by an input, or by all.</summary>
    private void Settle(long before)
    {
        for (; _run->Settled - before < 0; _run->Settled++)
        {
            MergePlace* place = _places[_run->Settled];
            if (!place->IsForwarded)
                _block[SelectBlock.Lost]++;
            int missing = ~place->SeenBy & ((1 << _inputs) - 1);
            for (; missing != 0; missing &= missing - 1)
                Input(BitOperations.TrailingZeroCount(missing))[SelectBlock.InputLost]++;
        }
    }

    private void SetForwarded(long number) => _block[SelectBlock.WindowOffset + (int)((number & (SelectBlock.WindowNumbers - 1)) >> 6)] |= 1L << (int)(number & 63);

    private void ClearForwarded(long number) => _block[SelectBlock.WindowOffset + (int)((number & (SelectBlock.WindowNumbers - 1)) >> 6)] &= ~(1L << (int)(number & 63));

    private bool WasForwarded(long number) => (_block[SelectBlock.WindowOffset + (int)((number & (SelectBlock.WindowNumbers - 1)) >> 6)] >> (int)(number & 63) & 1) != 0;
}
