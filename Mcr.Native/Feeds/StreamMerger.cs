using System.Runtime.CompilerServices;
using Mcr.Native.Analysis;
using Mcr.Native.Interop;
using Mcr.Native.Rules;

namespace Mcr.Native.Feeds;

/// <summary>
/// Several inputs of one stream to that stream: each number once, in order, from whichever input has it first. What comes behind a gap waits for an input that has the missing
/// numbers, for so long at most as the rule says. What is not of the stream that is forwarded waits apart, until every input that lives has left that stream
/// (<c>StreamMerger.Runs.cs</c>); gaps are in <c>StreamMerger.Gaps.cs</c>.
/// Made and disposed of by the control thread; used by the loop's alone. Pure but for its memory: told what comes and what time it is.
/// </summary>
internal sealed unsafe partial class StreamMerger : IDisposable
{
    /// <summary>Numbers that may be ahead of the next, with 16 bits: less than half of what is left of them behind <see cref="SelectBlock.WindowNumbers"/>.</summary>
    private const int MostAhead16 = 24_576;

    private const long Second = 1_000_000_000;

    /// <summary>Of an input's interval: one outage does not make it a slow one.</summary>
    private const int MostGrowth = 4;

    private readonly SequenceReader _reader;
    private readonly ContentWindow? _content; // in place of everything else
    private readonly long* _block;
    private readonly MergeState* _run;
    private readonly MergePlaces _places = new();
    private readonly HeldDatagrams _held;
    private readonly int _inputs;
    private readonly long _skew; // nanoseconds
    private readonly long _hold; // likewise; 0: nothing waits for a gap
    private readonly int _ahead; // numbers
    private readonly int _behind;
    private readonly int _shift; // what the field lacks of 64 bits
    private readonly long _tag;
    private readonly long[] _until = new long[SelectSettings.MaxInputs]; // boot clock: of each input, what had come by then has been taken
    private bool _hasBegun; // the one before may still use the block until then
    private byte _heard; // a bit for each input that has brought something of the stream here
    private long _tickedAt;

    /// <param name="inputs">How many there are.</param>
    /// <param name="block">The rule's, see <see cref="SelectBlock"/>: who goes on with one goes on where it was.</param>
    /// <param name="identity">Of these inputs, in their order: with others nobody goes on.</param>
    public StreamMerger(SelectSettings settings, int inputs, long* block, long identity = 0)
    {
        SelectKey by = settings.By ?? default;
        _block = block;
        _run = (MergeState*)(block + SelectBlock.State);
        _inputs = inputs;
        _skew = settings.SkewMilliseconds * 1_000_000L;
        _hold = settings.HoldMilliseconds * 1_000_000L;
        _held = new HeldDatagrams(settings.BufferBytes);
        _mostApart = settings.BufferBytes / 4;
        if (by.Kind == SelectKeyKind.Content)
        {
            _content = new ContentWindow(_skew);
        }
        else
        {
            _reader = new SequenceReader(by);
            _shift = 64 - _reader.Bits;
            _ahead = _reader.Bits == 8 ? 64 : MostAhead16;
            _behind = _reader.Bits == 8 ? 128 : SelectBlock.WindowNumbers;
        }

        _tag = HashCode(by, inputs) ^ identity;
        _until.AsSpan().Fill(long.MaxValue);
    }

    /// <summary>When <see cref="Expire"/> has something to do, in nanoseconds of the boot clock; long.MaxValue: nothing waits.</summary>
    public long NextDeadline => !_hasBegun ? long.MaxValue : Math.Min(
        Math.Min(_heldCount > 0 ? _gapDeadline : long.MaxValue, _awaits ? _awaitedDeadline : long.MaxValue),
        Math.Min(_apartCount > 0 ? _apartDeadline : long.MaxValue, SettleDeadline));

    /// <summary>A datagram has come. What an earlier call has made ready has been taken.</summary>
    /// <param name="now">Boot clock, nanoseconds, at the beginning of the turn.</param>
    public MergeVerdict Take(in FeedDatagram datagram, long now)
    {
        if (!_hasBegun)
            GoOn();
        if (now != _tickedAt)
            Tick(now);
        long* input = Input(datagram.Input);
        if (_content is not null)
            return TakeByContent(input, in datagram, now);
        if (!_reader.TryRead(datagram.Payload, datagram.Length, out SequenceReading reading))
        {
            input[SelectBlock.Received]++;
            input[SelectBlock.Unusable]++;
            input[SelectBlock.HeardAt] = now;
            return MergeVerdict.Dropped;
        }

        if (_run->HasRun == 0)
            BeginRun(reading.Stream, (long)reading.Number, now);
        long number = Extend(reading.Number);
        if (IsBeyond(in reading, number, datagram.Input, now))
        {
            _block[SelectBlock.Overflows]++;
            if (IsAnotherNear(datagram.Input, now))
                DropHeldOf(datagram.Input); // it is not where the others are
            else
                Advance(_firstHeld);
            return MergeVerdict.Full;
        }

        MergeVerdict verdict = IsOfRun(in reading, number, datagram.Input, now) ? TakeOwn(in datagram, in reading, number, now)
            : IsPast(in reading, now) ? TakeLate(input)
            : TakeApart(in datagram, in reading, now);
        if (verdict == MergeVerdict.Full)
            return verdict;
        input[SelectBlock.Received]++;
        input[SelectBlock.HeardAt] = now;
        return verdict;
    }

    /// <summary>How far each input has been read: what lies in a socket's queue is no silence.</summary>
    /// <param name="takenUntil">Boot clock: everything that had come by then has been taken.</param>
    public void Look(ReadOnlySpan<long> takenUntil) => takenUntil.CopyTo(_until);

    /// <summary>What has waited and need not wait any longer, one after another. It stays where it is until <see cref="Release"/>.</summary>
    public bool TryNext(out FeedDatagram datagram) => _held.TryNext(out datagram);

    /// <summary>What <see cref="TryNext"/> has given is sent: its memory may be used again.</summary>
    public void Release() => _held.Release();

    public void Dispose()
    {
        _places.Dispose();
        _held.Dispose();
        _content?.Dispose();
    }

    /// <summary>It is of the stream that is forwarded.</summary>
    private MergeVerdict TakeOwn(in FeedDatagram datagram, in SequenceReading reading, long number, long now)
    {
        long end = number + reading.Count;
        _places.Reach(number, end);
        if (IsVain(datagram.Input, number, end, now))
            return TakeApart(in datagram, in reading, now);
        MergeVerdict verdict = reading.Count == 0 ? TakeHeartbeat(datagram.Input, number, now)
            : end - _run->Next <= 0 ? TakeBehind(in datagram, number, end)
            : number - _run->Next <= 0 ? TakeNext(in datagram, number, end, now)
            : TakeAhead(in datagram, number, end, now);
        if (verdict == MergeVerdict.Full)
            return verdict;
        Heard(datagram.Input, number, end, now);
        return verdict;
    }

    /// <summary>Its numbers have all been passed.</summary>
    private MergeVerdict TakeBehind(in FeedDatagram datagram, long number, long end)
    {
        long* input = Input(datagram.Input);
        if (IsKnown(number, end))
            return Duplicate(in datagram, number);
        if (_hold > 0)
            return TakeLate(input);
        input[SelectBlock.Recovered]++;
        return Forward(in datagram, number, end);
    }

    private static MergeVerdict TakeLate(long* input)
    {
        input[SelectBlock.Late]++;
        return MergeVerdict.Dropped;
    }

    /// <summary>It has the number that is wanted next.</summary>
    private MergeVerdict TakeNext(in FeedDatagram datagram, long number, long end, long now)
    {
        _direct++;
        if (_heldCount > 0 && FirstHeld->Datagram.Input != datagram.Input)
            Input(datagram.Input)[SelectBlock.Recovered]++;
        State(datagram.Input)->DirectAt = now;
        _ = Forward(in datagram, number, end);
        Advance(end);
        return MergeVerdict.Forward;
    }

    /// <summary>There is a gap before it.</summary>
    private MergeVerdict TakeAhead(in FeedDatagram datagram, long number, long end, long now)
    {
        if (IsKnown(number, end))
            return Duplicate(in datagram, number);
        if (_hold == 0)
        {
            _ = Forward(in datagram, number, end);
            Advance(end);
            return MergeVerdict.Forward;
        }

        int place = _held.TryAdd(in datagram, now, number, end, HeldState.Waiting);
        if (place < 0)
        {
            MakeRoom(now);
            return MergeVerdict.Full;
        }

        First(in datagram, number, end);
        Hold(place, now);
        return MergeVerdict.Held;
    }

    /// <summary>All these numbers are forwarded, or wait for their turn.</summary>
    private bool IsKnown(long number, long end)
    {
        for (long n = number; n - end < 0; n++)
        {
            MergePlace* place = _places[n];
            if (!place->IsForwarded && place->Held == 0)
                return false;
        }

        return true;
    }

    /// <summary>Its numbers are forwarded with it.</summary>
    private MergeVerdict Forward(in FeedDatagram datagram, long number, long end)
    {
        First(in datagram, number, end);
        for (long n = number; n - end < 0; n++)
        {
            _places[n]->IsForwarded = true;
            if (n - _run->Next < 0)
                SetForwarded(n); // else when it is passed
        }

        CountWon(datagram.Input);
        return MergeVerdict.Forward;
    }

    /// <summary>Nobody has brought all of it before: it is what others are compared with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void First(in FeedDatagram datagram, long number, long end)
    {
        uint first = (uint)(datagram.Arrival / 1000);
        uint fingerprint = MergePlaces.Fingerprint(datagram.Payload, datagram.Length);
        for (long n = number; n - end < 0; n++)
        {
            MergePlace* place = _places[n];
            if (place->SeenBy == 0)
                (place->FirstMicroseconds, place->Fingerprint) = (first, fingerprint);
        }
    }

    private MergeVerdict Duplicate(in FeedDatagram datagram, long number)
    {
        long* input = Input(datagram.Input);
        MergePlace* place = _places[number];
        input[SelectBlock.Duplicates]++;
        if (place->FirstMicroseconds != 0)
        {
            if (datagram.Arrival != 0 && (place->SeenBy & (1 << datagram.Input)) == 0)
            {
                long behind = (int)((uint)(datagram.Arrival / 1000) - place->FirstMicroseconds) * 1000L;
                _block[SelectBlock.HistogramAt(datagram.Input) + LatencyHistogram.BucketOf(Math.Max(0, behind))]++;
            }

            if (place->Fingerprint != MergePlaces.Fingerprint(datagram.Payload, datagram.Length))
                input[SelectBlock.Differing]++;
        }

        return MergeVerdict.Dropped;
    }

    /// <summary>What is known of an input that has brought these numbers of the stream that is forwarded.</summary>
    private void Heard(int input, long number, long end, long now)
    {
        long* words = Input(input);
        MergeInput* state = State(input);
        byte bit = (byte)(1 << input);
        if (state->HasOwn != 0 && end - number > 0 && number - state->Own < 0 && (_places[number]->SeenBy & bit) == 0)
            words[SelectBlock.Reordered]++;
        for (long n = number; n - end < 0; n++)
            _places[n]->SeenBy |= bit;
        state->Last = end - 1;
        if (state->HasOwn == 0 || end - 1 - state->Own > 0)
            (state->HasOwn, state->Own) = (1, end - 1);
        long good = words[SelectBlock.GoodAt];
        if (good != 0 && (_heard & bit) != 0) // else the pause may have been an earlier worker's
            state->Interval = Math.Max(state->Interval == 0 ? now - good : Math.Min(now - good, MostGrowth * state->Interval), state->Interval - (state->Interval >> 6));
        _heard |= bit;
        words[SelectBlock.GoodAt] = now;
        _apart[input].Is = false;
    }

    /// <summary>It says which number is next, and carries none. One of several that say the same is forwarded.</summary>
    private MergeVerdict TakeHeartbeat(int input, long number, long now)
    {
        if (number - _run->Next > 0 && _hold > 0 && (!_awaits || number - _awaited > 0))
        {
            // Those before are lost, or on their way.
            (_awaits, _awaited, _awaitedDeadline) = (true, number, now + _hold);
        }

        if ((number != _run->Next && _hold > 0) || (_run->HeartbeatInput != input + 1 && _run->HeartbeatAt != 0 && now - _run->HeartbeatAt <= _skew))
        {
            Input(input)[SelectBlock.Duplicates]++;
            return MergeVerdict.Dropped;
        }

        (_run->HeartbeatAt, _run->HeartbeatInput) = (now, input + 1);
        CountWon(input);
        return MergeVerdict.Forward;
    }

    private void CountWon(int input)
    {
        Input(input)[SelectBlock.Won]++;
        _block[SelectBlock.Merged]++;
    }

    /// <summary>The number that is nearest to the next, and has these bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Extend(ulong number) => _run->Next + Difference(number, (ulong)_run->Next);

    /// <summary>By how much it is ahead, in as many bits as the field has.</summary>
    private long Difference(ulong number, ulong than) => (long)((number - than) << _shift) >> _shift;

    private long* Input(int input) => _block + SelectBlock.InputAt(input);

    private MergeInput* State(int input) => (MergeInput*)(_block + SelectBlock.InputAt(input) + SelectBlock.InputState);

    private static long HashCode(SelectKey by, int inputs) => (long)(by.Field.Pack() ^ ((ulong)by.Kind + 1) << 56 ^ (ulong)inputs << 50);
}
