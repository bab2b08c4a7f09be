using System.Buffers.Binary;
using Mcr.Native.Analysis;
using Mcr.Native.Feeds;
using Mcr.Native.Packet;
using Mcr.Native.Rules;
using Mcr.Specs.Analysis;

namespace Mcr.Specs.Feeds;

/// <summary>A merger over memory of a spec's own, told what comes as the loop tells it: turns, in each all of one input before the next, then what is due.</summary>
internal sealed unsafe class MergeProbe : IDisposable
{
    public const long Millisecond = 1_000_000;

    /// <summary>Of the wall clock at <see cref="Now"/> 0.</summary>
    private const long Epoch = 1_800_000_000_000_000_000;

    private readonly PinnedWords _block = new(SelectBlock.Words);
    private readonly SelectSettings _settings;
    private readonly int _inputs;
    private StreamMerger _merger;

    public MergeProbe(SelectSettings settings, int inputs = 2)
    {
        _settings = settings;
        _inputs = inputs;
        _merger = new StreamMerger(settings, inputs, _block.Pointer);
    }

    /// <summary>What has been forwarded, in order.</summary>
    public List<Numbered> Out { get; } = [];

    /// <summary>Boot clock.</summary>
    public long Now { get; set; } = 1_000_000 * Millisecond;

    public static SelectSettings By(SelectKeyKind kind, int skew = 50, int? hold = null, SequenceField field = default) =>
        new(SelectMode.Merge, new SelectKey(kind, field)) { SkewMilliseconds = skew, HoldMilliseconds = hold ?? skew };

    public long this[int word] => _block.Pointer[word];

    public long Of(int input, int word) => _block.Pointer[SelectBlock.InputAt(input) + word];

    public long Hold => _settings.HoldMilliseconds * Millisecond;

    public long NextDeadline => _merger.NextDeadline;

    public long Lags(int input)
    {
        long all = 0;
        for (int i = 0; i < LatencyHistogram.Buckets; i++)
            all += _block.Pointer[SelectBlock.HistogramAt(input) + i];
        return all;
    }

    public MergeVerdict Take(int input, byte[] payload, long index = 0, int stream = 0)
    {
        fixed (byte* at = payload)
        {
            ParsedFrame frame = default;
            var datagram = new FeedDatagram { Input = input, Payload = at, Length = payload.Length, Arrival = Epoch + Now, Frame = &frame };
            while (true)
            {
                MergeVerdict verdict = _merger.Take(in datagram, Now);
                if (verdict == MergeVerdict.Forward)
                    Out.Add(new Numbered(index, stream, input, Now));
                Drain();
                if (verdict != MergeVerdict.Full)
                    return verdict;
            }
        }
    }

    public MergeVerdict Take(int input, Numbered datagram, byte[] payload) => Take(input, payload, datagram.Index, datagram.Stream);

    public void Expire()
    {
        _merger.Expire(Now, Now);
        Drain();
    }

    /// <summary>When what had come by then had not been taken of all.</summary>
    public void Expire(long until)
    {
        _merger.Expire(Now, until);
        Drain();
    }

    public void Look(params long[] takenUntil) => _merger.Look(takenUntil);

    public void Finish()
    {
        _merger.Finish();
        Drain();
    }

    /// <summary>Until nothing waits any longer, or until then.</summary>
    public void RunUntil(long then)
    {
        while (_merger.NextDeadline <= then)
        {
            Now = Math.Max(Now, _merger.NextDeadline);
            Expire();
        }

        Now = Math.Max(Now, then);
    }

    /// <summary>The worker dies and another goes on with its slot.</summary>
    public void Restart()
    {
        _merger.Dispose();
        _merger = new StreamMerger(_settings, _inputs, _block.Pointer);
    }

    public void Dispose()
    {
        _merger.Dispose();
        _block.Dispose();
    }

    private void Drain()
    {
        while (_merger.TryNext(out FeedDatagram next))
        {
            var bytes = new ReadOnlySpan<byte>(next.Payload, next.Length);
            Out.Add(new Numbered(BinaryPrimitives.ReadInt64LittleEndian(bytes[^16..]), (int)BinaryPrimitives.ReadInt64LittleEndian(bytes[^8..]), next.Input, Now));
        }

        _merger.Release();
    }
}

/// <summary>A datagram as the spec knows it: its place in its stream, beginning with 0, and which stream that is.</summary>
internal readonly record struct Numbered(long Index, int Stream, int Input, long At);
