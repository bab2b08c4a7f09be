using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Legs;

namespace Mcr.Specs.Fixtures;

/// <summary>A send queue over a kernel made of memory, with outputs as a spec wants them; output i counts in entry i.</summary>
internal sealed unsafe class EgressBench : IDisposable
{
    private readonly PinnedWords _words;
    private readonly PinnedWords _legs;
    private readonly PinnedWords _payload = new(256 * 1024);

    public EgressBench(IReadOnlyList<OutputTarget> outputs, IReadOnlyList<EgressSocket> sockets, bool segmentation = true)
    {
        _words = new PinnedWords(3 + (outputs.Count * EgressCounters.WordsPerOutput));
        _legs = new PinnedWords(outputs.Count * LegSender.Words);
        for (int i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Keys.HasAny)
                LegSender.At(_legs.Pointer, i)->Use((ulong)i, LegSender.FirstLife);
        }

        long* words = _words.Pointer;
        Queue = new SendQueue(Sink, new EgressCounters(words, words + 1, words + 2, words + 3), segmentation, _legs.Pointer);
        Queue.Use(new OutputTable(outputs, sockets));
        for (int i = 0; i < 256 * 1024 * sizeof(long); i++)
            Memory[i] = (byte)(i * 31);
    }

    /// <summary>One multicast output on socket 10.</summary>
    public static EgressBench One(EgressOptions options = default, bool segmentation = true, string to = "239.2.2.2", EgressKind kind = EgressKind.Multicast) =>
        new([new OutputTarget(IPAddress.Parse(to), 6000, 0, 0, options)], [new EgressSocket(10, kind, 0x020304050607)], segmentation);

    public MemorySink Sink { get; } = new();

    public SendQueue Queue { get; }

    /// <summary>2 MiB to send from.</summary>
    public byte* Memory => (byte*)_payload.Pointer;

    public long Sent => _words.Pointer[0];

    public long Errors => _words.Pointer[1];

    public long Count(int output, int word) => _words.Pointer[3 + (output * EgressCounters.WordsPerOutput) + word];

    public long Count(int output, EgressError reason) => Count(output, EgressCounters.FirstReasonWord + (int)reason);

    /// <summary>Message lengths that the kernel has taken.</summary>
    public IEnumerable<int> Lengths => Sink.Sent.Select(s => s.Length);

    /// <summary>Of an output that has keys: its leg has its number.</summary>
    public LegSender Leg(int output) => *LegSender.At(_legs.Pointer, output);

    public void Put(int length, int segment = 0, int output = 0, byte tos = 0, byte ttl = 0, uint source = 0x0A000001, ushort port = 5555, long arrival = 0, int at = 0)
    {
        var datagram = new Datagram { Payload = Memory + at, Length = length, Segment = segment, Tos = tos, Ttl = ttl, Source = source | ((UInt128)0xFFFF << 32), SourcePort = port, Arrival = arrival };
        Queue.Queue(output, in datagram);
    }

    public void Flush() => Queue.Flush();

    public void Dispose()
    {
        Queue.Dispose();
        _words.Dispose();
        _legs.Dispose();
        _payload.Dispose();
    }
}
