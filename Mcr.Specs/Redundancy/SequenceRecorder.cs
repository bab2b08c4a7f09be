using System.Diagnostics;
using Mcr.Host.Mcrgen;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Redundancy;

/// <summary>What a receiver gets of a numbered stream, and when: every sequence number, and each time that it comes again.</summary>
/// <param name="own">The address of the device to receive on.</param>
internal sealed class SequenceRecorder(NetworkNamespace place, string own, string group, int port) : StreamRecorder(place, own, group, port)
{
    private const int Room = 1 << 23; // some 14 minutes of 10,000/s

    private readonly long[] _first = new long[Room]; // Stopwatch ticks; 0: not yet
    private readonly List<(long Sequence, long At)> _again = [];
    private long _latest = -1;

    /// <summary>The highest number so far; -1 before the first.</summary>
    public long Latest => Interlocked.Read(ref _latest);

    /// <summary>Waits for so many more.</summary>
    public void AwaitMore(int datagrams)
    {
        long until = Latest + datagrams;
        McrdWaits.Until(() => Latest >= until, () => $"number {until} to arrive; {Latest} is the last");
    }

    /// <summary>What comes from just before <paramref name="happens"/> until half a second after <paramref name="settled"/>.</summary>
    /// <param name="rate">Datagrams a second.</param>
    public Reception During(int rate, Action happens, Action settled)
    {
        long from = Latest;
        happens();
        settled();
        AwaitMore(rate / 2);
        return Between(from, Latest - (rate / 10)); // what came last may come again
    }

    /// <summary>What became of the numbers behind <paramref name="from"/>, up to <paramref name="to"/>.</summary>
    public Reception Between(long from, long to)
    {
        (long lost, long gap, long most) = (0, 0, 0);
        long longest = 0;
        long before = _first[Math.Max(0, from)];
        for (long number = from + 1; number <= to; number++)
        {
            if (_first[number] == 0)
            {
                lost++;
                most = Math.Max(most, ++gap);
                continue;
            }

            gap = 0;
            longest = Math.Max(longest, _first[number] - before);
            before = _first[number];
        }

        lock (_again)
        {
            long[] again = [.. _again.Where(a => a.Sequence > from && a.Sequence <= to).Select(a => a.At)];
            return new Reception(to - from, lost, most, Stopwatch.GetElapsedTime(0, longest), again.Length, again.Length == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(again.Min(), again.Max()));
        }
    }

    protected override void Take(Span<byte> payload, long now)
    {
        if (Payload.Read(payload, out PayloadHeader header) != PayloadVerdict.Intact || header.Sequence >= Room)
            return;
        long number = (long)header.Sequence;
        if (_first[number] == 0)
        {
            _first[number] = now;
            if (number > _latest)
                Interlocked.Exchange(ref _latest, number);
            return;
        }

        lock (_again)
            _again.Add((number, now));
    }
}

/// <param name="Sent">Numbers in all.</param>
/// <param name="Lost">Never came.</param>
/// <param name="Gap">The most of these in a row.</param>
/// <param name="Silence">The longest time between two that came.</param>
/// <param name="Doubled">Came once more, each time.</param>
/// <param name="DoubledFor">From the first of those to the last.</param>
internal readonly record struct Reception(long Sent, long Lost, long Gap, TimeSpan Silence, int Doubled, TimeSpan DoubledFor)
{
    public override string ToString() => FormattableString.Invariant($"sent={Sent} lost={Lost} gap={Gap} silence={Silence.TotalMilliseconds:0.0}ms doubled={Doubled} doubled_for={DoubledFor.TotalMilliseconds:0.0}ms");
}
