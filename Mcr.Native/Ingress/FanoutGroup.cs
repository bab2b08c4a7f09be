using Mcr.Native.Interop;

namespace Mcr.Native.Ingress;

/// <summary>
/// Several ingress sockets of one device that share its frames (PACKET_FANOUT): each frame goes to the seat that a
/// <see cref="BucketTable"/> says. Made and used by mcrd only; workers read their sockets as ever. Not thread-safe.
/// <para>
/// Seats are numbered as the sockets join, and the kernel's own order has to agree. It renumbers when a socket leaves (the last takes its
/// place) and after the device was down (then in the order in which the sockets were made, probed on Linux 6.18). Both keep our numbers under two rules:
/// sockets join in the order in which they were made, and only the last one leaves.
/// </para>
/// <para>
/// How the number of workers is changed so that no frame is lost and no flow reordered; the interface's actor drives it, one change at a time:
/// <code>
/// grow from n to n+1                                         shrink from n to n-1
/// 1. PacketSocket.Open(…, deaf: true), Add(socket)            1. table.Rebalance(n-1, out moves)
/// 2. table.Rebalance(n+1, out moves)                          2. hold the takers (moves.To): they stop reading
/// 3. start worker n held: rules loaded, not reading            3. Use(next)
/// 4. Use(next)                                               4. drain the giver, seat n-1
/// 5. drain the givers (moves.From)                           5. resume the takers
/// 6. resume worker n                                         6. stop worker n-1, wait for its exit, RemoveLast()
/// </code>
/// Held: the worker takes no frames; its queue keeps what comes, so a hold costs latency and no frame as long as the queue has room. Confirmed by the
/// worker before Use is called. Drain: the worker goes on as ever, and confirms as soon as everything is sent that had arrived before the
/// command, that is after the first receive that did not fill its batch, or after as many frames as its queue can hold (so that a flood cannot put it off).
/// Use is a barrier: when it returns, no processor runs the old table any more (the kernel waits for them), and what it sent to the old sockets lies in
/// their queues. A worker that dies while it drains is replaced as ever, and the new one has to drain in its place; it reads the same queue.
/// </para>
/// <para>
/// What moves with a bucket and is not carried along: a datagram of which some fragments came before the move and some after is lost.
/// </para>
/// </summary>
public sealed unsafe class FanoutGroup
{
    private readonly List<PacketSocket> _seats = [];
    private int _id;

    /// <summary>How many sockets share the frames.</summary>
    public int Seats => _seats.Count;

    /// <summary>What <see cref="Use"/> was called with last.</summary>
    public BucketTable Table { get; private set; } = BucketTable.One;

    /// <summary>
    /// Gives a socket the next seat. It gets no frame before <see cref="Use"/> says so, except for the first, which gets all.
    /// <para>
    /// The first may have been running alone. While it joins, the kernel takes it off the device's list and puts the group there: a frame that
    /// arrives within these some 0.1 µs is not seen (measured at 380,000 frames/s: one frame lost in 3 of 60 joins). An interface
    /// that shall be changed from one to several workers without even that joins when it is opened.
    /// </para>
    /// </summary>
    /// <param name="socket">Bound to the same device as the others, made after them, and but for the first opened deaf.</param>
    /// <exception cref="LinuxException">the kernel refused: before Linux 6.2, or with a message that says why.</exception>
    public void Add(PacketSocket socket)
    {
        if (_seats.Count == 0)
        {
            // The program decides from the first frame on, and being there makes Use a barrier.
            Join(socket, 0, Libc.PACKET_FANOUT_FLAG_UNIQUEID);
            _id = SocketOptions.Get(socket.Descriptor, Libc.SOL_PACKET, Libc.PACKET_FANOUT) & 0xFFFF;
            _seats.Add(socket);
            Use(BucketTable.One);
            return;
        }

        Join(socket, _id, 0);
        _seats.Add(socket);
        socket.Hear();
    }

    /// <summary>A group that an earlier mcrd has made.</summary>
    /// <param name="sockets">All of its members, by seat.</param>
    /// <param name="table">What it used last: the kernel does not tell, so it is put to use again.</param>
    /// <exception cref="LinuxException">the kernel refused.</exception>
    public static FanoutGroup Adopt(IReadOnlyList<PacketSocket> sockets, BucketTable table)
    {
        var group = new FanoutGroup { _id = SocketOptions.Get(sockets[0].Descriptor, Libc.SOL_PACKET, Libc.PACKET_FANOUT) & 0xFFFF };
        group._seats.AddRange(sockets);
        foreach (PacketSocket socket in sockets)
            socket.Hear(); // the last one may have been deaf still
        group.Use(table);
        return group;
    }

    /// <summary>From its return on, new frames go where the table says, and all earlier ones are in the queues of the old table's sockets.</summary>
    /// <exception cref="ArgumentException">the table has more seats than the group.</exception>
    public void Use(BucketTable table)
    {
        if (table.Seats > _seats.Count)
            throw new ArgumentException($"The table is for {table.Seats} seats, and the group has {_seats.Count}.", nameof(table));
        PacketFilter.Attach(_seats[0].Descriptor, Libc.SOL_PACKET, Libc.PACKET_FANOUT_DATA, FanoutProgram.Of(table));
        Table = table;
    }

    /// <summary>
    /// Forgets the last seat, which the table must not mention any more. It leaves the kernel's group when the last descriptor of the socket is closed:
    /// the worker that read it has exited, and the caller disposes the socket before the next <see cref="Add"/>, or that one's number is wrong.
    /// </summary>
    /// <returns>The socket, for the caller to dispose.</returns>
    /// <exception cref="InvalidOperationException">the seat still gets frames.</exception>
    public PacketSocket RemoveLast()
    {
        if (_seats.Count <= Table.Seats)
            throw new InvalidOperationException($"Seat {_seats.Count - 1} still has buckets; use a table for fewer seats first.");
        PacketSocket last = _seats[^1];
        _seats.RemoveAt(_seats.Count - 1);
        return last;
    }

    private static void Join(PacketSocket socket, int id, int flags)
    {
        // Ignore outgoing: the sockets' own PACKET_IGNORE_OUTGOING does not reach the group. No rollover: it would tear flows apart.
        int type = Libc.PACKET_FANOUT_CBPF | Libc.PACKET_FANOUT_FLAG_IGNORE_OUTGOING | flags;
        SysResult joined = SocketOptions.TrySet(socket.Descriptor, Libc.SOL_PACKET, Libc.PACKET_FANOUT, id | (type << 16));
        joined.OrThrow(joined.Is(Libc.EINVAL)
            ? "share an interface between several workers (PACKET_FANOUT with PACKET_FANOUT_FLAG_IGNORE_OUTGOING needs Linux 6.2, and on most kernels the device to be up)"
            : "share an interface between several workers (PACKET_FANOUT)");
    }
}
