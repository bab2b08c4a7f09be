using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Egress;

/// <summary>The send queue against a kernel made of memory, which says what the specs want it to say.</summary>
public sealed unsafe class SendQueueSpecs : IDisposable
{
    private readonly MemorySink _sink = new();
    private readonly PinnedWords _words = new(3 + (8 * EgressCounters.WordsPerOutput));
    private readonly PinnedWords _payload = new(8192);

    private long Sent => _words.Pointer[0];

    private long Errors => _words.Pointer[1];

    private long SentBytes => _words.Pointer[2];

    public void Dispose()
    {
        _words.Dispose();
        _payload.Dispose();
    }

    [Fact]
    public void Queue_should_keep_the_order_within_a_socket_and_send_each_socket_in_one_call()
    {
        using SendQueue queue = Queue(segmentation: true, sockets: 2);
        for (int i = 0; i < 3; i++)
        {
            queue.Queue(0, Datagram(Payload(i), 100 + i, 0));
            queue.Queue(1, Datagram(Payload(i), 200 + i, 0));
        }

        queue.Flush();
        Assert.Equal([(10, 100), (10, 101), (10, 102), (11, 200), (11, 201), (11, 202)], _sink.Sent);
        Assert.Equal(2, _sink.Calls);
        Assert.Equal(6, Sent);
        Assert.Equal(906, SentBytes);
    }

    [Fact]
    public void Queue_should_send_a_merged_run_in_one_message_and_count_its_datagrams()
    {
        using SendQueue queue = Queue(segmentation: true, sockets: 1);
        queue.Queue(0, Datagram(Payload(0), 2_550, 1_000));
        queue.Flush();
        Assert.Equal([(10, 2_550)], _sink.Sent);
        Assert.Equal([1_000], _sink.Segments);
        Assert.Equal(3, Sent);
    }

    [Fact]
    public void Queue_should_split_a_merged_run_where_segmentation_is_off()
    {
        using SendQueue queue = Queue(segmentation: false, sockets: 1);
        queue.Queue(0, Datagram(Payload(0), 2_550, 1_000));
        queue.Queue(0, Datagram(Payload(0), 7, 0));
        queue.Flush();
        Assert.Equal([(10, 1_000), (10, 1_000), (10, 550), (10, 7)], _sink.Sent);
        Assert.Equal(4, Sent);
    }

    [Theory]
    [InlineData(Libc.EIO, 1)] // no checksum offload: remembered, the second run is not tried merged
    [InlineData(Libc.EINVAL, 2)] // segments longer than the MTU: the next run may be shorter
    public void Queue_should_split_a_run_that_the_kernel_refuses_to_segment_and_keep_the_order(int errno, int refusals)
    {
        _sink.Refuse = (_, segment) => segment > 0 ? errno : 0;
        using SendQueue queue = Queue(segmentation: true, sockets: 1);
        queue.Queue(0, Datagram(Payload(0), 7, 0));
        queue.Queue(0, Datagram(Payload(0), 150, 100));
        queue.Queue(0, Datagram(Payload(0), 8, 0));
        queue.Queue(0, Datagram(Payload(0), 90, 60));
        queue.Flush();
        Assert.Equal([(10, 7), (10, 100), (10, 50), (10, 8), (10, 60), (10, 30)], _sink.Sent);
        Assert.Equal(refusals, _sink.Refusals);
        Assert.Equal(6, Sent);
        Assert.Equal(0, Errors);
    }

    [Theory]
    [InlineData(Libc.ECONNREFUSED)]
    [InlineData(Libc.EHOSTUNREACH)]
    [InlineData(Libc.ENETUNREACH)]
    [InlineData(Libc.ENOPROTOOPT)]
    public void Queue_should_retry_once_when_an_earlier_datagram_was_answered_by_icmp(int errno)
    {
        int left = 1;
        _sink.Refuse = (_, _) => left-- > 0 ? errno : 0;
        using SendQueue queue = Queue(segmentation: true, sockets: 2); // the second one is connected
        queue.Queue(1, Datagram(Payload(0), 7, 0));
        queue.Flush();
        Assert.Equal([(11, 7)], _sink.Sent);
        Assert.Equal(0, Errors);
    }

    [Fact]
    public void Queue_should_not_retry_for_ever()
    {
        _sink.Refuse = (_, _) => Libc.ECONNREFUSED;
        using SendQueue queue = Queue(segmentation: true, sockets: 2);
        queue.Queue(1, Datagram(Payload(0), 7, 0));
        queue.Flush();
        Assert.Equal(2, _sink.Refusals);
        Assert.Equal(1, Errors);
    }

    [Fact]
    public void Queue_should_count_a_full_socket_and_leave_the_others_alone()
    {
        _sink.Refuse = (descriptor, _) => descriptor == 10 ? Libc.EAGAIN : 0;
        using SendQueue queue = Queue(segmentation: true, sockets: 2);
        for (int i = 0; i < 5; i++)
        {
            queue.Queue(0, Datagram(Payload(0), 7 + i, 0)); // longer and longer: no trains
            queue.Queue(1, Datagram(Payload(0), 8 + i, 0));
        }

        queue.Flush();
        Assert.Equal(5, _sink.Sent.Count(s => s.Descriptor == 11));
        Assert.Equal(5, Errors);
        Assert.Equal(5, Sent);
        Assert.Equal(1, _sink.Refusals);
        Assert.Equal(5, _words.Pointer[3 + EgressCounters.ErrorsWord]); // output 0
        Assert.Equal(5, _words.Pointer[3 + EgressCounters.FirstReasonWord + (int)EgressError.Full]);
        Assert.Equal(5, _words.Pointer[3 + EgressCounters.WordsPerOutput]); // output 1: sent
    }

    [Fact]
    public void Queue_should_go_on_behind_a_datagram_that_is_refused()
    {
        _sink.RefuseLength = (length) => length == 66 ? Libc.EMSGSIZE : 0;
        using SendQueue queue = Queue(segmentation: true, sockets: 1);
        foreach (int length in new[] { 7, 66, 67 }) // longer and longer: no trains
            queue.Queue(0, Datagram(Payload(0), length, 0));
        queue.Flush();
        Assert.Equal([(10, 7), (10, 67)], _sink.Sent);
        Assert.Equal(1, Errors);
    }

    [Fact]
    public void Queue_should_flush_by_itself_when_it_is_full()
    {
        using SendQueue queue = Queue(segmentation: true, sockets: 1);
        for (int i = 0; i < SendQueue.Capacity + 1; i++)
            queue.Queue(0, Datagram(Payload(0), i % 1000, 0));
        Assert.Equal(SendQueue.Capacity, _sink.Sent.Count);
        queue.Flush();
        Assert.Equal(Enumerable.Range(0, SendQueue.Capacity + 1).Select(i => (10, i % 1000)), _sink.Sent);
    }

    private static Datagram Datagram(byte* payload, int length, int segment, byte tos = 0) =>
        new() { Payload = payload, Length = length, Segment = segment, Tos = tos };

    private byte* Payload(int i) => (byte*)_payload.Pointer + (i * 64);

    private SendQueue Queue(bool segmentation, int sockets)
    {
        var table = new OutputTable(
            [.. Enumerable.Range(0, sockets).Select(i => new OutputTarget(IPAddress.Parse("239.2.2.2"), 6000, i, i))],
            [.. Enumerable.Range(0, sockets).Select(i => new EgressSocket(10 + i, i == 1 ? EgressKind.Unicast : EgressKind.Multicast))]);
        long* words = _words.Pointer;
        var queue = new SendQueue(_sink, new EgressCounters(words, words + 1, words + 2, words + 3), segmentation);
        queue.Use(table);
        return queue;
    }
}
