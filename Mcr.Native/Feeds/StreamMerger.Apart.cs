namespace Mcr.Native.Feeds;

/// <content>What each input brings that is not of the stream that is forwarded, and when it takes that one's place.</content>
internal sealed unsafe partial class StreamMerger
{
    /// <summary>Datagrams in a row that make a stream of what was apart: two senders to one group take turns, and neither gets so far.</summary>
    private const int EnoughInARow = 3;

    /// <summary>An input that is slow lives as long as this without a datagram.</summary>
    private const long LongestLife = 10 * Second;

    private readonly int _mostApart; // bytes of one input: what is apart does not take the memory of what waits
    private readonly Candidate[] _apart = new Candidate[Rules.SelectSettings.MaxInputs]; // by input
    private int _apartCount; // datagrams that wait apart
    private long _apartDeadline; // when they are to be looked at

    private MergeVerdict TakeApart(in FeedDatagram datagram, in SequenceReading reading, long now)
    {
        int input = datagram.Input;
        ref Candidate apart = ref _apart[input];
        bool isTooMuch = apart.Bytes + datagram.Length > _mostApart;
        int place = isTooMuch ? -1 : _held.TryAdd(in datagram, now, (long)reading.Number, reading.Count, HeldState.Apart);
        if (place < 0 && !isTooMuch)
        {
            MakeRoom(now);
            return MergeVerdict.Full;
        }

        if (!apart.Is || reading.Stream != apart.Stream || Difference(reading.Number, apart.Number) is var step && (step <= -_vicinity || step >= _ahead))
        {
            DropApartOf(input);
            apart = new Candidate { Is = true, Stream = reading.Stream, First = reading.Number, Since = now };
        }
        else if (Difference(reading.Number + (ulong)reading.Count, apart.First) is var span && (span <= -_vicinity || span >= _ahead))
        {
            DropApartOf(input); // more than can wait of one stream
            apart.First = reading.Number;
        }

        if (!isTooMuch)
            Keep(ref apart, place, now);
        apart.Number = reading.Number;
        apart.InARow++;
        if (HaveAllLeft(now))
            FollowBest(now);
        if (!isTooMuch)
            return MergeVerdict.Held;
        Input(input)[SelectBlock.Astray]++;
        return MergeVerdict.Dropped;
    }

    private void Keep(ref Candidate apart, int place, long now)
    {
        if (apart.Head == 0)
            apart.Head = place + 1;
        else
            _held[apart.Tail - 1]->Next = place + 1;
        apart.Tail = place + 1;
        apart.Bytes += _held[place]->Datagram.Length;
        if (_apartCount++ == 0)
            _apartDeadline = now + _skew;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
    }

    /// <summary>Each input has its last datagram apart, or is silent for longer than it would be.</summary>
    private bool HaveAllLeft(long now)
    {
        for (int i = 0; i < _inputs; i++)
        {
            if (!_apart[i].Is && Lives(i, now))
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
        return good != 0 && State(input)->HasOwn != 0 && Math.Min(now, _until[input]) - good < Math.Clamp(2 * State(input)->Interval, _skew, Math.Max(_skew, LongestLife));
    }

    /// <summary>
    /// Of what the inputs have apart: what most of them have; among those, what has begun last, since an input that replays something was apart long before.
    /// </summary>
    /// <returns>One of the inputs that have it; -1: nothing is apart.</returns>
    private int Best()
    {
        (int best, int most) = (-1, 0);
        for (int i = 0; i < _inputs; i++)
        {
            if (!_apart[i].Is || _apart[i].Head == 0)
                continue;
            int agreeing = 0;
            for (int j = 0; j < _inputs; j++)
                agreeing += IsSame(i, j) ? 1 : 0;
            if (agreeing > most || (agreeing == most && _apart[i].Since > _apart[best].Since))
                (best, most) = (i, agreeing);
        }

        return best;
    }

    private bool IsSame(int one, int other) =>
        _apart[one].Is && _apart[other].Is && _apart[one].Stream == _apart[other].Stream && Difference(_apart[one].Number, _apart[other].Number) is var ahead && ahead > -_ahead && ahead < _ahead;

    private void FollowBest(long now)
    {
        if (Best() is var best and >= 0 && (_apart[best].InARow >= EnoughInARow || IsRunOver(now)))
            Follow(best, now);
    }

    /// <summary>What has waited apart for as long as anything may.</summary>
    private void ExpireApart(long now, long until)
    {
        bool haveAllLeft = HaveAllLeft(now);
        if (haveAllLeft)
            FollowBest(now);
        _apartDeadline = long.MaxValue;
        for (int i = 0; i < _inputs; i++)
        {
            if (haveAllLeft && _apart[i].Is && _apart[i].Head != 0 && _apart[i].InARow < EnoughInARow)
            {
                _apartDeadline = Math.Min(_apartDeadline, until + _skew); // the beginning of what is followed in a moment, by a slow sender
                continue;
            }

            while (_apart[i].Head != 0 && _held[_apart[i].Head - 1]->Since + _skew <= until)
                DropFirstApart(i);
            if (_apart[i].Head != 0)
                _apartDeadline = Math.Min(_apartDeadline, _held[_apart[i].Head - 1]->Since + _skew);
        }
    }

    private void DropApartOf(int input)
    {
        while (_apart[input].Head != 0)
            DropFirstApart(input);
    }

    private void DropFirstApart(int input)
    {
        int place = TakeFirstApart(input);
        Input(input)[SelectBlock.Astray]++;
        _held.Drop(place);
    }

    /// <returns>Its place, for the caller to do something with it.</returns>
    private int TakeFirstApart(int input)
    {
        int place = _apart[input].Head - 1;
        _apart[input].Head = _held[place]->Next;
        _apart[input].Bytes -= _held[place]->Datagram.Length;
        _apartCount--;
        _block[SelectBlock.Waiting] = _heldCount + _apartCount;
        return place;
    }

    /// <summary>A stream that an input brings and that is not the one that is forwarded.</summary>
    private struct Candidate
    {
        /// <summary>The input's last datagram was of it.</summary>
        public bool Is;

        public UInt128 Stream;

        /// <summary>The numbers that wait begin about here; as the field has it.</summary>
        public ulong First;

        /// <summary>The last one.</summary>
        public ulong Number;

        public long Since;
        public int InARow;

        /// <summary>The chain of its datagrams that wait, plus 1; 0: none.</summary>
        public int Head;

        public int Tail;

        /// <summary>Of those.</summary>
        public int Bytes;
    }
}
