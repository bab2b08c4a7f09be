using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mcr.Specs.Feeds;

/// <summary>Payloads of MoldUDP64 whose sender begins another session now and then, on one path maybe before the other. Each begins with message 1.</summary>
internal sealed class MoldSessions
{
    private long[][] _begins = []; // by session behind the first, by path: the index from which on the path has it

    /// <summary>There is another session from such an index on, by path. To be said before that is made.</summary>
    public void Begin(params long[] at) => Volatile.Write(ref _begins, [.. _begins, at]);

    /// <inheritdoc cref="FeedHead"/>
    public void Write(Span<byte> head, int path, long index)
    {
        long[][] begins = Volatile.Read(ref _begins);
        int session = begins.Count(b => index >= b[path]);
        long first = session == 0 ? 0 : begins[session - 1].Min();
        Encoding.ASCII.GetBytes(session.ToString("'SESSION'000", CultureInfo.InvariantCulture), head);
        BinaryPrimitives.WriteUInt64BigEndian(head[10..], (ulong)(1 + ((index - first) * FeedHeads.MoldMessages)));
        BinaryPrimitives.WriteUInt16BigEndian(head[18..], FeedHeads.MoldMessages);
    }
}
