using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>
/// Lists of waiting datagrams to trains, trains to sendmmsg(2), answers to counters. Every datagram ends counted once: as sent or as an error.
/// Loop thread only.
/// </summary>
internal sealed unsafe class Sender(IDatagramSink sink, EgressCounters counters, bool segmentation) : IDisposable
{
    private readonly MessageBatch _messages = new();
    private readonly MessageBatch _singles = new(); // of a train that had to be taken apart
    private OutputTable.SocketQueue* _socket; // that _messages is for
    private ushort _identification; // of the next IPv4 packet whose header we write

    /// <summary>Makes trains of a list and sends them when there are enough, or when an output of another socket comes.</summary>
    /// <param name="first">Null for nothing.</param>
    /// <param name="offset">Bytes of <paramref name="first"/> that have left already.</param>
    public void Add(OutputTable.Entry* output, Pending* first, int offset)
    {
        if (_socket != output->Socket)
        {
            Flush();
            _socket = output->Socket;
        }

        Pending* at = first;
        while (at != null)
        {
            if (_messages.IsFull)
                Flush();
            int size = at->Size + at->HeaderLength;
            bool fits = size <= output->MaxPayload;
            if (!fits && output->KeepsSource)
            {
                // Nobody fragments what we make ourselves, and some devices would lose it without a word.
                counters.CountErrors(output->Counter, 1, EgressError.TooLong);
                if (at->Marks.Count > 0)
                    at->Marks.Set(offset / Math.Max(1, at->Size), (offset / Math.Max(1, at->Size)) + 1, OutcomeMarks.Of(EgressError.TooLong));
                Skip(ref at, ref offset);
                continue;
            }

            int room = fits && size > 0 && segmentation && !_socket->NoSegmentation ? Math.Max(1, Math.Min(output->MaxTrain, output->MaxTrainBytes / size)) : 1;
            AddTrain(output, ref at, ref offset, room);
        }
    }

    /// <summary>Sends what has been added.</summary>
    public void Flush()
    {
        Transmit(_messages);
        _messages.Clear();
    }

    public void Dispose()
    {
        _messages.Dispose();
        _singles.Dispose();
    }

    /// <summary>The next datagram, and up to <paramref name="room"/> in all of those behind it that are like it.</summary>
    private void AddTrain(OutputTable.Entry* output, ref Pending* at, ref int offset, int room)
    {
        Pending* first = at;
        int size = first->Size;
        int datagrams = 0;
        _messages.Begin(output, first, offset);
        while (true)
        {
            Pending* pending = at;
            int left = pending->Length - offset;
            int taken = left <= size ? 1 : Math.Min(room - datagrams, (left + size - 1) / size);
            int bytes = Math.Min(taken * size, left);
            _messages.Append(pending, offset, taken, bytes);
            datagrams += taken;
            offset += bytes;
            if (offset < pending->Length)
                break;
            at = pending->Next;
            offset = 0;
            if (datagrams == room || bytes < taken * size || at == null || !first->IsJoinedBy(at, output->KeepsSource, output->IsMapped))
                break;
        }

        _messages.Finish(_identification);
        _identification += (ushort)datagrams;
    }

    private static void Skip(ref Pending* at, ref int offset)
    {
        offset += at->Size;
        if (offset < at->Length)
            return;
        at = at->Next;
        offset = 0;
    }

    /// <summary>Sends a batch; each message ends counted.</summary>
    private void Transmit(MessageBatch messages)
    {
        int settled = 0;
        bool retried = false;
        while (settled < messages.Count)
        {
            if (_socket->NoSegmentation && messages.TrainAt(settled)->Segment > 0)
            {
                SendSingly(messages.TrainAt(settled++));
                continue;
            }

            int result = sink.Send(_socket->Descriptor, messages.At(settled), Sendable(messages, settled));
            if (result > 0)
            {
                for (int end = settled + result; settled < end; settled++)
                    CountSent(messages.TrainAt(settled));
                retried = false;
                continue;
            }

            int errno = -result;
            if (errno == Libc.EINTR)
                continue;
            EgressError reason = ErrorMapping.ReasonOf(errno);
            if (_socket->IsConnected && !retried && reason == EgressError.Unreachable)
            {
                // An ICMP answer to an earlier datagram is reported on this one, and cleared by the report: this one was not sent. Where
                // there is no route the second try fails as well.
                retried = true;
                continue;
            }

            retried = false;
            if (messages.TrainAt(settled)->Segment > 0 && ErrorMapping.IsAboutSegmentation(errno))
            {
                _socket->NoSegmentation |= errno == Libc.EIO;
                SendSingly(messages.TrainAt(settled++));
                continue;
            }

            // EAGAIN: the socket's own queue is full, and stays so for the rest of this batch. Anything else concerns one message.
            int refused = errno == Libc.EAGAIN ? messages.Count : settled + 1;
            for (; settled < refused; settled++)
                CountErrors(messages.TrainAt(settled), reason);
        }
    }

    /// <summary>All that are left; up to the next train where trains cannot be sent.</summary>
    private int Sendable(MessageBatch messages, int from)
    {
        if (!_socket->NoSegmentation)
            return messages.Count - from;
        int end = from + 1;
        while (end < messages.Count && messages.TrainAt(end)->Segment == 0)
            end++;
        return end - from;
    }

    /// <summary>A train as single datagrams, in its place: the kernel cuts none of them, and fragments what exceeds the MTU.</summary>
    private void SendSingly(MessageBatch.Train* train)
    {
        Pending* at = train->First;
        int offset = train->Offset;
        _singles.Clear();
        for (int i = 0; i < train->Datagrams; i++)
        {
            if (_singles.IsFull)
            {
                Transmit(_singles);
                _singles.Clear();
            }

            _singles.Begin(train->Output, at, offset);
            _singles.Append(at, offset, 1, Math.Min(at->Size, at->Length - offset));
            _singles.Finish(_identification++);
            Skip(ref at, ref offset);
        }

        Transmit(_singles);
        _singles.Clear();
    }

    private void CountSent(MessageBatch.Train* train)
    {
        counters.CountSent(train->Output->Counter, train->Datagrams, train->PayloadBytes);
        if (train->IsMarked)
            Mark(train, OutcomeMarks.Sent);
    }

    private void CountErrors(MessageBatch.Train* train, EgressError reason)
    {
        counters.CountErrors(train->Output->Counter, train->Datagrams, reason);
        if (train->IsMarked)
            Mark(train, OutcomeMarks.Of(reason));
    }

    /// <summary>Notes what became of those of the train's datagrams that are traced.</summary>
    private static void Mark(MessageBatch.Train* train, byte outcome)
    {
        int left = train->Datagrams;
        int offset = train->Offset;
        for (Pending* at = train->First; left > 0 && at != null; at = at->Next, offset = 0)
        {
            int size = Math.Max(1, at->Size);
            int first = offset / size;
            int count = Math.Min(left, Math.Max(1, (at->Length - offset + size - 1) / size)); // an empty one is one, too
            at->Marks.Set(first, first + count, outcome);
            left -= count;
        }
    }
}
