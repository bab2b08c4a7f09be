using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Specs.Legs;

namespace Mcr.Specs.Egress;

/// <summary>No option makes the queue allocate, and no refusal does.</summary>
public sealed unsafe class EgressAllocationSpecs
{
    [Theory]
    [InlineData(0)]
    [InlineData(Libc.EIO)]
    [InlineData(Libc.EINVAL)]
    [InlineData(Libc.EPERM)]
    public void Queue_should_allocate_nothing(int errno)
    {
        EgressKind[] kinds = Enum.GetValues<EgressKind>();
        EgressOptions[] options = [default, new() { Pace = true, MaxBurst = 3 }, new() { RateLimit = 1_000_000 }, new() { DecrementTtl = true, Dscp = 3 }, new() { Mtu = 700, Ttl = 3 }];
        OutputTarget[] outputs = [.. kinds.SelectMany((_, socket) => options.Select((o, i) => new OutputTarget(IPAddress.Parse("239.2.2.2"), 6000, socket, (socket * options.Length) + i, o) { Keys = kinds[socket] == EgressKind.Leg ? LegProbe.KeysOf(7) : default }))];
        using var words = new PinnedWords(3 + (outputs.Length * EgressCounters.WordsPerOutput));
        using var legs = new PinnedWords(outputs.Length * LegSender.Words);
        using var payload = new PinnedWords(8192);
        long* w = words.Pointer;
        using var queue = new SendQueue(new Refusing(errno), new EgressCounters(w, w + 1, w + 2, w + 3), segmentation: true, legs.Pointer);
        var table = new OutputTable(outputs, [.. kinds.Select((k, i) => new EgressSocket(i, k))]);
        queue.Use(table);
        for (int i = 0; i < outputs.Length; i++)
            LegSender.At(legs.Pointer, i)->Use(LegProbe.Leg, LegSender.FirstLife);
        Batches(queue, table, (byte*)payload.Pointer, 20); // compiled by now
        long before = GC.GetAllocatedBytesForCurrentThread();
        Batches(queue, table, (byte*)payload.Pointer, 100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(120 * 40 * outputs.Length, w[0] + w[1]);
    }

    private static void Batches(SendQueue queue, OutputTable table, byte* payload, int count)
    {
        for (int batch = 0; batch < count; batch++)
        {
            for (int i = 0; i < 10; i++)
            {
                var run = new Datagram { Payload = payload, Length = 3_000, Segment = 1_000, Ttl = 9 };
                var single = new Datagram { Payload = payload, Length = 100 + (i & 1), Ttl = 9 };
                for (int output = 0; output < table.Count; output++)
                {
                    queue.Queue(output, in run);
                    queue.Queue(output, in single);
                }
            }

            queue.Flush();
            queue.SendDue(long.MaxValue);
        }
    }

    /// <summary>Refuses every third call.</summary>
    private sealed class Refusing(int errno) : IDatagramSink
    {
        private int _calls;

        public int Send(int descriptor, Libc.mmsghdr* messages, int count) => errno != 0 && _calls++ % 3 == 0 ? -errno : count;
    }
}
