using System.Runtime.InteropServices;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>
/// Datagrams of one batch, waiting to be sent: payloads stay where they were received, one list per socket keeps their order.
/// Memory is bounded and allocated once. Loop thread only.
/// </summary>
internal sealed unsafe class SendQueue : IDisposable
{
    /// <summary>Datagrams (or merged runs) waiting at most; a fuller queue is flushed early, which only costs a system call.</summary>
    public const int Capacity = 1024;

    private readonly Pending* _pending;
    private readonly int[] _dirty = new int[Capacity]; // sockets with something waiting, in order of first use
    private readonly MessageBatch _messages;
    private readonly IDatagramSink _sink;
    private readonly EgressCounters _counters;
    private readonly bool _segmentation;
    private OutputTable _table = OutputTable.Empty;
    private int _count;
    private int _dirtyCount;

    public SendQueue(IDatagramSink sink, EgressCounters counters, bool segmentation)
    {
        _sink = sink;
        _counters = counters;
        _segmentation = segmentation;
        _pending = (Pending*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Pending));
        _messages = new MessageBatch();
    }

    /// <summary>Outputs are indexes of this table from now on. Only between flush and queue.</summary>
    public void Use(OutputTable table) => _table = table;

    /// <summary>Queues one datagram, or a merged run, for one output. DSCP is copied; ECN is not ours to promise: not-ECT.</summary>
    public void Queue(int output, in Datagram datagram)
    {
        if (_count == Capacity)
            Flush();
        int at = _count++;
        int socket = _table.Entries[output].Socket;
        _pending[at] = new Pending
        {
            Payload = datagram.Payload,
            Header = datagram.Header,
            Length = datagram.Length,
            HeaderLength = datagram.HeaderLength,
            Segment = datagram.Segment,
            Output = output,
            Next = -1,
            Tos = (byte)(datagram.Tos & 0xFC),
        };
        ref OutputTable.SocketQueue queue = ref _table.Sockets[socket];
        if (queue.First < 0)
        {
            queue.First = at;
            _dirty[_dirtyCount++] = socket;
        }
        else
        {
            _pending[queue.Last].Next = at;
        }

        queue.Last = at;
    }

    /// <summary>Gives everything to the kernel. What it refuses is counted; nothing waits for a later flush.</summary>
    public void Flush()
    {
        for (int i = 0; i < _dirtyCount; i++)
        {
            ref OutputTable.SocketQueue queue = ref _table.Sockets[_dirty[i]];
            FlushSocket(ref queue);
            queue.First = queue.Last = -1;
        }

        _dirtyCount = 0;
        _count = 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_pending);
        _messages.Dispose();
    }

    private void FlushSocket(ref OutputTable.SocketQueue queue)
    {
        int next = queue.First;
        while (next >= 0)
        {
            if (_pending[next].Segment > 0 && (!_segmentation || queue.NoSegmentation))
            {
                SendSplit(ref queue, next);
                next = _pending[next].Next;
                continue;
            }

            _messages.Clear();
            int end = next;
            while (end >= 0 && !_messages.IsFull && (_pending[end].Segment == 0 || (_segmentation && !queue.NoSegmentation)))
            {
                ref Pending p = ref _pending[end];
                Add(ref queue, end, p.Payload, p.Length, p.Segment);
                end = p.Next;
            }

            int settled = Transmit(ref queue);
            if (settled == _messages.Count)
            {
                next = end;
                continue;
            }

            // This run cannot leave merged; what was built behind it is built again.
            int refused = _messages.Tag(settled);
            SendSplit(ref queue, refused);
            next = _pending[refused].Next;
        }
    }

    /// <summary>A merged run as single datagrams: the kernel cuts none of them, and fragments what exceeds the MTU.</summary>
    private void SendSplit(ref OutputTable.SocketQueue queue, int at)
    {
        ref Pending run = ref _pending[at];
        int offset = 0;
        while (offset < run.Length)
        {
            _messages.Clear();
            for (; offset < run.Length && !_messages.IsFull; offset += run.Segment)
                Add(ref queue, at, run.Payload + offset, Math.Min(run.Segment, run.Length - offset), 0);
            Transmit(ref queue);
        }
    }

    private void Add(ref OutputTable.SocketQueue queue, int at, byte* payload, int length, int segment)
    {
        ref Pending p = ref _pending[at];
        _messages.Add(at, queue.IsConnected ? null : &_table.Entries[p.Output].Address, p.Header, p.HeaderLength, payload, length, segment, p.Tos);
    }

    /// <summary>Sends the message batch; each message ends counted as sent or as errors.</summary>
    /// <returns>How many are settled: all, or those before a merged run that must be split.</returns>
    private int Transmit(ref OutputTable.SocketQueue queue)
    {
        int settled = 0;
        bool retried = false;
        while (settled < _messages.Count)
        {
            int result = _sink.Send(queue.Descriptor, _messages.At(settled), _messages.Count - settled);
            if (result > 0)
            {
                for (int end = settled + result; settled < end; settled++)
                    _counters.CountSent(Counter(settled), _messages.Datagrams(settled), _messages.PayloadLength(settled));
                retried = false;
                continue;
            }

            if (result == -Libc.EINTR)
                continue;
            if (queue.IsConnected && !retried && result is -Libc.ECONNREFUSED or -Libc.EHOSTUNREACH or -Libc.ENETUNREACH or -Libc.ENOPROTOOPT or -Libc.EHOSTDOWN)
            {
                // An ICMP answer to an earlier datagram is reported on this one, and cleared by the report: this one was not sent. Where
                // there is no route the second try fails as well.
                retried = true;
                continue;
            }

            if (_messages.Segment(settled) > 0 && result is -Libc.EINVAL or -Libc.EIO or -Libc.EMSGSIZE)
            {
                // EIO: a device without checksum offload before Linux 6.11. EINVAL: segments longer than the device's MTU, or too many.
                queue.NoSegmentation |= result == -Libc.EIO;
                return settled;
            }

            // EAGAIN: the socket's own queue is full, and stays so for the rest of this batch.
            int refused = result == -Libc.EAGAIN ? _messages.Count : settled + 1;
            for (; settled < refused; settled++)
                _counters.CountErrors(Counter(settled), _messages.Datagrams(settled), EgressError.Other);
            retried = false;
        }

        return settled;
    }

    private int Counter(int message) => _table.Entries[_pending[_messages.Tag(message)].Output].Counter;

    private struct Pending
    {
        public byte* Payload;
        public byte* Header;
        public int Length;
        public int HeaderLength;
        public int Segment;
        public int Output;
        public int Next;
        public byte Tos;
    }
}
