using System.Runtime.CompilerServices;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Native.Loop;

/// <summary>What the loop does for rules with several inputs: one stream of what comes in at feed sockets.</summary>
internal sealed unsafe partial class RelayLoop
{
    private SelectedStream? _touched; // since the last flush
    private SelectedStream? _waiting; // something of theirs waits for what is missing
    private long _feedsAt; // boot clock, before any feed is read in this turn

    /// <summary>One turn over all feeds.</summary>
    /// <returns>How many frames there were.</returns>
    private int TurnFeeds(ref bool isFull)
    {
        FeedTable feeds = _table.Feeds;
        _feedsAt = BootClock.Nanoseconds;
        int taken = 0;
        bool isAnyFull = false;
        foreach (Feed feed in feeds.Feeds)
        {
            long clipped = _slot.Words[SlotLayout.ClippedWord];
            int frames = feed.Inlet.Source.Receive(_batch);
            for (int i = 0; i < frames; i++)
                RelayFromFeed(feed, ref _batch[i]);
            if (frames > 0)
            {
                FlushFeeds();
                feed.Inlet.Release();
            }

            taken += frames;
            if (frames == FrameBatch.Capacity || _slot.Words[SlotLayout.ClippedWord] != clipped)
            {
                isAnyFull = true;
                feed.Inlet.TookSome(_feedsAt, frames == 0 ? ReceivedFrame.UnknownArrival : _batch[frames - 1].Arrival);
            }
            else
            {
                feed.Inlet.TakenUntil = _feedsAt;
            }

            feed.Inlet.Reassembly?.Expire();
        }

        ExpireFeeds(_feedsAt);
        isFull |= isAnyFull;
        return taken;
    }

    /// <summary>Each datagram of a merged run is judged alone.</summary>
    [SkipLocalsInit] // 400 bytes of them, for each frame
    private void RelayFromFeed(Feed feed, ref ReceivedFrame received)
    {
        if (!TryRead(feed.Inlet, feed.Rules, ref received, out ParsedFrame frame, out byte* data, out RuleEntry rule))
            return;
        if (rule.Leg != 0)
        {
            RelayFromLeg(in rule, in frame, data, received.Arrival);
            return;
        }

        SelectedStream stream = _table.Feeds.Streams[rule.Stream].Stream;
        Touch(stream);
        int size = frame.SegmentSize > 0 ? frame.SegmentSize : frame.PayloadLength;
        ParsedFrame single = frame;
        single.SegmentSize = 0;
        int offset = 0;
        do
        {
            single.PayloadOffset = frame.PayloadOffset + offset;
            single.PayloadLength = Math.Min(size, frame.PayloadLength - offset);
            Select(stream, in rule, in single, data, received.Arrival);
            offset += size;
        }
        while (offset < frame.PayloadLength);
    }

    /// <summary>A datagram that came by a leg, without its header: counted for that, and then an input's of another rule.</summary>
    private void RelayInto(in RuleEntry leg, in ParsedFrame frame, byte* data, long arrival)
    {
        CountMatch(in leg, in frame, arrival, 1);
        if (leg.Stream == RuleEntry.NoStream)
        {
            Drop(in leg, in frame, arrival, DropReason.NoRule);
            return;
        }

        FedRule fed = _table.Feeds.Streams[leg.Stream];
        RuleEntry rule = fed.Entry with { Input = leg.Input };
        Touch(fed.Stream);
        Select(fed.Stream, in rule, in frame, data, arrival);
    }

    private void Select(SelectedStream stream, in RuleEntry rule, in ParsedFrame frame, byte* data, long arrival)
    {
        if (stream.Chooser is null)
            Merge(stream, in rule, in frame, data, arrival);
        else if (stream.Chooser.Take(rule.Input, data + frame.PayloadOffset, frame.PayloadLength, _feedsAt))
            Forward(in rule, in frame, data, arrival, 1);
        else
            Drop(in rule, in frame, arrival, DropReason.Astray);
    }

    private void Merge(SelectedStream stream, in RuleEntry rule, in ParsedFrame frame, byte* data, long arrival)
    {
        StreamMerger merger = stream.Merger!;
        FeedDatagram datagram = default;
        datagram.Input = rule.Input;
        datagram.Payload = data + frame.PayloadOffset;
        datagram.Length = frame.PayloadLength;
        datagram.Arrival = arrival;
        datagram.Frame = (ParsedFrame*)Unsafe.AsPointer(ref Unsafe.AsRef(in frame)); // a caller's local
        MergeVerdict verdict = merger.Take(in datagram, _feedsAt);
        for (; verdict == MergeVerdict.Full; verdict = merger.Take(in datagram, _feedsAt))
        {
            ForwardNext(stream);
            FlushFeeds();
            Touch(stream);
        }

        if (verdict == MergeVerdict.Forward)
            Forward(in rule, in frame, data, arrival, 1);
        else if (verdict == MergeVerdict.Dropped && rule.TraceRing != 0)
            _tracer.RecordDrop(rule.TraceRing - 1, in frame, arrival, stream.CountDrops(_slot.Words + SlotLayout.DropsWord));
        ForwardNext(stream);
        Await(stream);
    }

    /// <summary>What has waited and need not any longer.</summary>
    private void ForwardNext(SelectedStream stream)
    {
        RuleEntry rule = stream.Rule;
        while (stream.Merger!.TryNext(out FeedDatagram next))
        {
            stream.HasGiven = true;
            next.Frame->PayloadOffset = 0;
            Forward(in rule, in *next.Frame, next.Payload, next.Arrival, 1);
        }
    }

    /// <summary>Gives up gaps that have been waited for long enough, by what has been read of the stream's own inputs.</summary>
    private void ExpireFeeds(long now)
    {
        SelectedStream? next = _waiting;
        _waiting = null;
        while (next is { } stream)
        {
            next = stream.NextWaiting;
            stream.IsWaiting = false;
            long until = stream.TakenUntil(now);
            if (stream.Merger!.NextDeadline <= until)
            {
                Touch(stream);
                stream.Merger.Expire(now, until);
                ForwardNext(stream);
            }

            Await(stream);
        }

        if (_touched is not null)
            FlushFeeds();
    }

    private void Await(SelectedStream stream)
    {
        if (stream.IsWaiting || stream.Merger!.NextDeadline == long.MaxValue)
            return;
        stream.IsWaiting = true;
        stream.NextWaiting = _waiting;
        _waiting = stream;
    }

    private void Touch(SelectedStream stream)
    {
        if (stream.IsTouched)
            return;
        stream.IsTouched = true;
        stream.NextTouched = _touched;
        _touched = stream;
        long* until = stackalloc long[SelectSettings.MaxInputs];
        FrameInlet?[] inlets = stream.Inlets;
        for (int i = 0; i < inlets.Length; i++)
            until[i] = inlets[i] is { } inlet ? inlet.TakenUntil : _feedsAt;
        var takenUntil = new ReadOnlySpan<long>(until, inlets.Length);
        if (stream.Chooser is { } chooser)
            chooser.Look(_feedsAt, takenUntil);
        else
            stream.Merger!.Look(takenUntil);
    }

    private void FlushFeeds()
    {
        _queue.Flush();
        Observe();
        SelectedStream? next = _touched;
        _touched = null;
        while (next is { } stream)
        {
            next = stream.NextTouched;
            stream.IsTouched = false;
            if (stream.HasGiven)
                stream.Merger!.Release();
            stream.HasGiven = false;
            if (stream.Merger is not null)
                _ = stream.CountDrops(_slot.Words + SlotLayout.DropsWord);
        }
    }

    /// <summary>Nothing of an earlier table is touched from here on.</summary>
    private void UseFeeds(FeedTable feeds, FeedTable before)
    {
        if (ReferenceEquals(feeds, before))
            return;
        _wakeup.Use(feeds.Feeds);
        _takeovers.UseQueue(_queueFrames + feeds.QueueFrames);
        _waiting = null;
        foreach (FedRule rule in feeds.Streams)
        {
            rule.Stream.Use(rule.Entry, rule.Inlets);
            rule.Stream.IsWaiting = false;
            if (rule.Stream.Merger is not null)
                Await(rule.Stream);
        }
    }

    /// <summary>Nobody will bring what is missing for these: what waits for it goes, by the table that it came by.</summary>
    /// <param name="kept">Those of the next table, which go on.</param>
    private void EndFeeds(FeedTable kept)
    {
        foreach (FedRule rule in _table.Feeds.Streams)
            rule.Stream.IsKept = false;
        foreach (FedRule rule in kept.Streams)
            rule.Stream.IsKept = true;
        foreach (FedRule rule in _table.Feeds.Streams)
        {
            if (rule.Stream.IsKept || rule.Stream.Merger is not { } merger)
                continue;
            Touch(rule.Stream);
            merger.Finish();
            ForwardNext(rule.Stream);
        }

        if (_touched is not null)
            FlushFeeds();
    }

    /// <summary>How long the loop may sleep.</summary>
    private int SleepMilliseconds()
    {
        int sleep = _takeovers.IsActive ? _takeovers.SleepMilliseconds : MaxSleepMilliseconds;
        if (_waiting is null)
            return sleep;
        long deadline = long.MaxValue;
        for (SelectedStream? stream = _waiting; stream is not null; stream = stream.NextWaiting)
            deadline = Math.Min(deadline, stream.Merger!.NextDeadline);
        return (int)Math.Clamp((deadline - BootClock.Nanoseconds + 999_999) / 1_000_000, 0, sleep); // rounded up: a little late is no turn in vain
    }
}
