using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mcr.Host.Mcrgen;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Redundancy;

/// <summary>What a receiver gets of a numbered stream, and when: every sequence number, and each time that it comes again.</summary>
internal sealed class SequenceRecorder : IDisposable
{
    private const int Room = 1 << 23; // some 14 minutes of 10,000/s
    private const int Queue = 32 << 20;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly long[] _first = new long[Room]; // Stopwatch ticks; 0: not yet
    private readonly List<(long Sequence, long At)> _again = [];
    private long _latest = -1;

    /// <param name="own">The address of the device to receive on.</param>
    public SequenceRecorder(NetworkNamespace place, string own, string group, int port)
    {
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = Queue };
            socket.Bind(new IPEndPoint(IPAddress.Parse(group), port));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse(group), IPAddress.Parse(own)));
            return socket;
        });
        _thread = new Thread(Receive) { IsBackground = true, Name = "recorder" };
        _thread.Start();
    }

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
        long lost = 0;
        long longest = 0;
        long before = _first[Math.Max(0, from)];
        for (long number = from + 1; number <= to; number++)
        {
            if (_first[number] == 0)
            {
                lost++;
                continue;
            }

            longest = Math.Max(longest, _first[number] - before);
            before = _first[number];
        }

        lock (_again)
        {
            long[] again = [.. _again.Where(a => a.Sequence > from && a.Sequence <= to).Select(a => a.At)];
            return new Reception(to - from, lost, Stopwatch.GetElapsedTime(0, longest), again.Length, again.Length == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(again.Min(), again.Max()));
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    private void Receive()
    {
        byte[] buffer = new byte[2048];
        try
        {
            while (true)
            {
                int length = _socket.Receive(buffer);
                long now = Stopwatch.GetTimestamp();
                if (Payload.Read(buffer.AsSpan(0, length), out PayloadHeader header) != PayloadVerdict.Intact || header.Sequence >= Room)
                    continue;
                long number = (long)header.Sequence;
                if (_first[number] == 0)
                {
                    _first[number] = now;
                    if (number > _latest)
                        Interlocked.Exchange(ref _latest, number);
                    continue;
                }

                lock (_again)
                    _again.Add((number, now));
            }
        }
        catch (SocketException)
        {
            // disposed
        }
        catch (ObjectDisposedException)
        {
        }
    }
}

/// <param name="Sent">Numbers in all.</param>
/// <param name="Lost">Never came.</param>
/// <param name="Silence">The longest time between two that came.</param>
/// <param name="Doubled">Came once more, each time.</param>
/// <param name="DoubledFor">From the first of those to the last.</param>
internal readonly record struct Reception(long Sent, long Lost, TimeSpan Silence, int Doubled, TimeSpan DoubledFor)
{
    public override string ToString() => FormattableString.Invariant($"sent={Sent} lost={Lost} silence={Silence.TotalMilliseconds:0.0}ms doubled={Doubled} doubled_for={DoubledFor.TotalMilliseconds:0.0}ms");
}
