using System.Net;
using Mcr.Actors.Interfaces;
using Mcr.Actors.Platform;
using Mcr.Native.Egress;
using Mcr.Native.Namespaces;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Specs.Fixtures;

/// <summary>Outputs of a rule as mcrd opens them in a namespace, and a worker's send queue on them. Output i counts in entry i.</summary>
internal sealed unsafe class KernelEgress : IDisposable
{
    private readonly PinnedWords _words;
    private readonly PinnedWords _payload = new(16 * 1024);
    private readonly OutputSocket[] _sockets;
    private readonly SendQueue _queue;
    private readonly int _outputs;

    public KernelEgress(NetworkNamespace place, params RuleOutput[] outputs)
        : this(place, 1 << 20, outputs)
    {
    }

    public KernelEgress(NetworkNamespace place, int sendBuffer, RuleOutput[] outputs)
    {
        _outputs = outputs.Length;
        _words = new PinnedWords(3 + (outputs.Length * EgressCounters.WordsPerOutput));
        LinkTable links = place.Run(LinkReader.Read);
        Link[] devices = [.. outputs.Select(o => links.TryGet(o.Interface, out Link? link) ? link : throw new ArgumentException($"no {o.Interface}"))];
        EgressKey[] keys = [.. outputs.Zip(devices, OutputResolution.KeyOf)];
        EgressKey[] different = [.. keys.Distinct()];
        _sockets = place.Run(() => different.Select(k => OutputSocket.Open(LinuxInterfacePort.RequestFor(k, sendBuffer))).ToArray());
        long* words = _words.Pointer;
        _queue = new SendQueue(new KernelSink(), new EgressCounters(words, words + 1, words + 2, words + 3), segmentation: true);
        _queue.Use(new OutputTable(
            [.. outputs.Select((o, i) => new OutputTarget(o.Group, o.Port, Array.IndexOf(different, keys[i]), i, OutputResolution.OptionsOf(o, devices[i])))],
            [.. _sockets.Select(s => new EgressSocket(s.Descriptor.Raw, s.Kind, s.LinkAddress))]));
    }

    public IReadOnlyList<OutputSocket> Sockets => _sockets;

    public long Sent(int output) => Word(output, EgressCounters.SentWord);

    public long Errors(int output) => Word(output, EgressCounters.ErrorsWord);

    public long Errors(int output, EgressError reason) => Word(output, EgressCounters.FirstReasonWord + (int)reason);

    public long Trains(int output, int datagrams) => Word(output, EgressCounters.FirstTrainWord + EgressCounters.TrainBucket(datagrams));

    public string Describe(int output) => string.Join(' ', Enumerable.Range(0, EgressCounters.WordsPerOutput).Select(w => Word(output, w)));

    /// <summary>A batch for all outputs: payloads one after another; one with a segment stands for a merged run.</summary>
    public void Send(IEnumerable<(byte[] Payload, int Segment)> batch, IPEndPoint from, byte tos = 0, byte ttl = 64)
    {
        byte* at = (byte*)_payload.Pointer;
        byte* end = at + (16 * 1024 * sizeof(long));
        foreach ((byte[] payload, int segment) in batch)
        {
            payload.CopyTo(new Span<byte>(at, (int)(end - at)));
            var datagram = new Datagram { Payload = at, Length = payload.Length, Segment = segment, Source = Addresses.ToNumber(from.Address), SourcePort = (ushort)from.Port, Tos = tos, Ttl = ttl };
            for (int output = 0; output < _outputs; output++)
                _queue.Queue(output, in datagram);
            at += payload.Length;
        }

        _queue.Flush();
        _queue.SendDue(long.MaxValue);
    }

    public void Dispose()
    {
        _queue.Dispose();
        foreach (OutputSocket socket in _sockets)
            socket.Dispose();
        _words.Dispose();
        _payload.Dispose();
    }

    private long Word(int output, int word) => _words.Pointer[3 + (output * EgressCounters.WordsPerOutput) + word];
}
