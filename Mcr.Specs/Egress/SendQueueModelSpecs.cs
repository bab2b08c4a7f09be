using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Specs.Legs;

namespace Mcr.Specs.Egress;

/// <summary>
/// The send queue against what it must be: per output the datagrams in their order, each sent or counted exactly once, whatever was queued and
/// whatever the kernel says.
/// </summary>
public sealed class SendQueueModelSpecs(ITestOutputHelper output)
{
    private const int Rounds = 400;
    private static readonly EgressKind[] Kinds = [.. Enum.GetValues<EgressKind>().Where(k => k is not (EgressKind.Echo or EgressKind.Feed))];
    private static readonly int[] Errors = [Libc.EAGAIN, Libc.ENOBUFS, Libc.EPERM, Libc.EIO, Libc.EINVAL, Libc.EMSGSIZE, Libc.EHOSTUNREACH, Libc.ECONNREFUSED, Libc.EINTR, Libc.ENETDOWN];

    [Fact]
    [Trait("kind", "fuzz")]
    public void Queue_should_send_or_count_each_datagram_once_and_in_order() => Fuzzing.Run(output, Rounds, Round);

    private static void Round(Random random)
    {
        int outputs = random.Next(1, 8);
        int sockets = random.Next(1, 4);
        EgressKind[] kinds = [.. Enumerable.Range(0, sockets).Select(_ => Kinds[random.Next(Kinds.Length)])];
        EgressOptions[] options = [.. Enumerable.Range(0, outputs).Select(_ => new EgressOptions
        {
            MaxBurst = (byte)(random.Next(3) == 0 ? random.Next(1, 65) : 0),
            Pace = random.Next(4) == 0,
            Mtu = random.Next(3) == 0 ? random.Next(60, 1500) : 0,
            RateLimit = random.Next(5) == 0 ? random.Next(1000, 10_000_000) : 0,
            DecrementTtl = random.Next(4) == 0,
            Ttl = 5,
        })];
        int[] socketOf = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(sockets))];
        using var bench = new EgressBench(
            [.. Enumerable.Range(0, outputs).Select(i => new OutputTarget(IPAddress.Parse("239.2.2.2"), (ushort)(6000 + i), socketOf[i], i, options[i]) { Keys = kinds[socketOf[i]] == EgressKind.Leg ? LegProbe.KeysOf(7) : default })],
            [.. kinds.Select((k, i) => new EgressSocket(i, k))],
            segmentation: random.Next(5) > 0);
        var sink = new JudgingSink(random, kinds, refusalsInTen: random.Next(4));
        bench.Sink.RefuseBytes = sink.Judge;
        bench.Sink.KeepPayloads = true;
        long[] queued = new long[outputs];
        int next = 0;
        for (int i = random.Next(1, 600); i > 0; i--)
        {
            int to = random.Next(outputs);
            int size = random.Next(3) == 0 ? random.Next(4, 1400) : 100;
            int datagrams = random.Next(4) == 0 ? random.Next(1, 90) : 1;
            int length = datagrams == 1 ? size : Math.Max(4, (size * datagrams) - (random.Next(2) * random.Next(size - 3)));
            length = Math.Min(length, 65_000 / size * size);
            datagrams = (length + size - 1) / size;
            int at = next % 1_000_000;
            Mark(bench, at, length, size, to, (int)queued[to]);
            bench.Put(length, datagrams > 1 ? size : 0, to, tos: (byte)(random.Next(10) == 0 ? 0xB8 : 0), ttl: (byte)random.Next(1, 4), source: (uint)random.Next(2), at: at);
            queued[to] += datagrams;
            next += length;
            if (next > 1_000_000 || random.Next(40) == 0)
            {
                bench.Flush();
                next = 0;
                bench.Sink.Now += random.Next(2_000_000);
                if (random.Next(3) == 0)
                    bench.Queue.SendDue(bench.Sink.Now);
            }
        }

        bench.Flush();
        bench.Queue.SendDue(long.MaxValue);
        int[][] sent = [.. Enumerable.Range(0, outputs).Select(o => sink.Sent.Where(s => s.Output == o).Select(s => s.Number).ToArray())];
        for (int o = 0; o < outputs; o++)
        {
            Assert.True(sent[o].Zip(sent[o].Skip(1)).All(p => p.First < p.Second), $"output {o}: {string.Join(' ', sent[o])}");
            Assert.True(bench.Count(o, EgressCounters.SentWord) == sent[o].Length, $"output {o}: sent {sent[o].Length}, counted {bench.Count(o, EgressCounters.SentWord)}");
            Assert.True(bench.Count(o, EgressCounters.SentWord) + bench.Count(o, EgressCounters.ErrorsWord) == queued[o], $"output {o}: queued {queued[o]}");
        }
    }

    /// <summary>Each datagram begins with its output and its number within it.</summary>
    private static unsafe void Mark(EgressBench bench, int at, int length, int size, int output, int number)
    {
        for (int offset = 0; offset < length; offset += size, number++)
        {
            if (length - offset >= 4)
                *(int*)(bench.Memory + at + offset) = (output << 24) | number;
        }
    }

    /// <summary>Refuses at random, and takes apart what it takes.</summary>
    private sealed class JudgingSink(Random random, EgressKind[] kinds, int refusalsInTen)
    {
        public List<(int Output, int Number)> Sent { get; } = [];

        public int Judge(int descriptor, int segment, byte[] message)
        {
            if (random.Next(10) < refusalsInTen)
                return Errors[random.Next(Errors.Length)];
            EgressKind kind = kinds[descriptor];
            int header = PacketHeaders.Size(kind, isIpv6: false);
            if (kind is EgressKind.Packet or EgressKind.PacketIp && message[1] == Libc.VIRTIO_NET_HDR_GSO_UDP_L4)
                segment = message[4] | (message[5] << 8);
            byte[] payload = message[header..];
            Assert.True(segment == 0 || ((payload.Length + segment - 1) / segment <= 64 && payload.Length > segment && payload.Length <= 65_507));
            foreach (byte[] datagram in segment == 0 ? [payload] : payload.Chunk(segment))
            {
                int mark = BitConverter.ToInt32(datagram, kind == EgressKind.Leg ? LegHeader.Size : 0);
                Assert.True(kind != EgressKind.Leg || (LegHeader.TryRead(datagram, out LegHeader leg, out _) && leg.Leg == (ulong)(mark >> 24) && LegHeader.IsAuthentic(datagram, LegProbe.KeyOf(7))));
                Sent.Add((mark >> 24, mark & 0xFFFFFF));
            }

            return 0;
        }
    }
}
