using System.Net;
using Mcr.Host.Mcrgen;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;
using Mcr.Specs.Fixtures;

namespace Mcr.Specs.Generator;

/// <summary>Nothing is allocated per datagram: a run of many costs what a run of few costs. Over the loopback of a namespace, on one thread.</summary>
public sealed class AllocationSpecs
{
    private const int Few = 20;

    /// <summary>Fits the default receive buffer, where an unprivileged process cannot have a larger one.</summary>
    private const int Many = 200;

    /// <summary>A collection (of other specs' garbage) counts the rest of this thread's allocation buffer, up to 8 KiB: most of some differences have none.</summary>
    private const int Pairs = 5;

    [Fact]
    public void Neither_sending_nor_receiving_should_allocate_per_datagram()
    {
        NamespaceSupport.Require();
        using var alone = new NetworkNamespace("alone");
        (long sent, long received) = alone.Run(() =>
        {
            var endpoint = new Endpoint(NetworkDevice.Find("lo", out _)!, IPAddress.Loopback, Port: 5000);
            using FileDescriptor receiving = UdpSocket.OpenReceiver(endpoint, out _);
            using var stop = new StopSignal();
            Measure(endpoint, receiving, stop, Few);
            (long Sent, long Received)[] more = [.. Enumerable.Range(0, Pairs).Select(_ => Difference(endpoint, receiving, stop))];
            return (Median(more.Select(m => m.Sent)), Median(more.Select(m => m.Received)));
        });

        // An object per datagram would be at least 24 bytes each.
        const int Objects = (Many - Few) * 24;
        Assert.InRange(sent, -Objects / 2, Objects / 2);
        Assert.InRange(received, -Objects / 2, Objects / 2);
    }

    /// <summary>What many datagrams cost more than few, in bytes.</summary>
    private static (long Sent, long Received) Difference(Endpoint endpoint, FileDescriptor receiving, StopSignal stop)
    {
        (long Sent, long Received) few = Measure(endpoint, receiving, stop, Few);
        (long Sent, long Received) many = Measure(endpoint, receiving, stop, Many);
        return (many.Sent - few.Sent, many.Received - few.Received);
    }

    private static long Median(IEnumerable<long> values) => values.Order().ElementAt(Pairs / 2);

    private static (long Sent, long Received) Measure(Endpoint endpoint, FileDescriptor receiving, StopSignal stop, int count)
    {
        using FileDescriptor sending = UdpSocket.OpenSender(endpoint, ttl: 1, dscp: 0, segmentSize: 0);
        var sender = new Sender(
            new SendOptions(endpoint) { Rate = 0, Size = 100, Count = count, Batch = 32, Segments = 0, Ttl = 1, Dscp = 0, Fill = PayloadFill.Random(1), Sha256 = true, Quiet = true },
            sending,
            TextWriter.Null);
        var receiver = new Receiver(
            new ReceiveOptions(endpoint) { Count = count, FirstTimeout = TimeSpan.FromSeconds(10), Timeout = TimeSpan.FromSeconds(2), Sha256 = true, Json = false, ReadyLine = false, Rates = false },
            receiving,
            TextWriter.Null);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(count, sender.Run(stop).Sent);
        long between = GC.GetAllocatedBytesForCurrentThread();
        ReceiveSummary summary = receiver.Run(stop);
        long after = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(summary.IsClean, summary.ToLine());
        return (between - before, after - between);
    }
}
