using Mcr.Actors.Relay;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Platform;

/// <summary>
/// The seats of one interface, by number, and the group in which they share its frames. One seat alone is in no group until it gets company, and
/// stays in it when it is alone again.
/// </summary>
internal sealed class LinuxSeats : IDisposable
{
    private readonly Link _link;
    private readonly int _receiveBuffer;
    private IngressMode _mode;
    private FanoutGroup? _group;
    private PacketSocket _first;
    private int _count;

    /// <exception cref="LinuxException">the kernel refused; the message is a sentence for the operator.</exception>
    public LinuxSeats(Link link, IngressMode mode, int receiveBuffer, int count)
    {
        _link = link;
        _mode = mode;
        _receiveBuffer = receiveBuffer;
        _first = null!;
        try
        {
            All = [.. Enumerable.Range(0, count).Select(_ => new LinuxSeat())];
            OpenAll();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private LinuxSeats(Link link, IngressMode mode, int receiveBuffer, LinuxSeat[] all, PacketSocket[] sockets)
    {
        _link = link;
        _receiveBuffer = receiveBuffer;
        _mode = sockets[0].Ring.IsNone ? IngressMode.Mmsg : mode; // all sockets of a group are alike
        All = all;
        _first = sockets[0];
        _count = sockets.Length;
        if (!_first.IsInGroup)
            return;
        BucketTable known = all[0].Table ?? BucketTable.One;
        BucketTable next = known.Seats <= _count ? known : known.Rebalance(_count, out _); // the others serve whom the last one served
        foreach (int seat in known.Takers(next))
            all[seat].GiveFlows();
        _group = FanoutGroup.Adopt(sockets, next);
        all[0].Table = _group.Table;
    }

    /// <summary>The seats of an earlier mcrd's workers; takes ownership of their slots and sockets.</summary>
    /// <exception cref="LinuxException">the kernel refused.</exception>
    /// <exception cref="InvalidDataException">what was handed over is not what it should be.</exception>
    public static LinuxSeats Adopt(Link link, IngressMode mode, int receiveBuffer, Inheritance inherited)
    {
        LinuxSeat[] all = [.. inherited.Workers.Select(w => LinuxSeat.Adopt(w.Slot)), .. inherited.Slots.Where(s => s.Key >= inherited.Workers.Count).Select(s => LinuxSeat.Adopt(s.Value))];
        PacketSocket[] sockets = [.. inherited.Workers.Select((w, number) => all[number].AdoptSocket(w.Ingress[0], link, w.Handover.Options.Ring))];
        return new LinuxSeats(link, mode, receiveBuffer, all, sockets);
    }

    /// <summary>Those, too, that have been given up: their counters are still part of every sum. Replaced, not changed: worker's actors read it.</summary>
    public LinuxSeat[] All { get; private set; } = [];

    /// <summary>A sentence that says why there is no mapped ring although one was asked for.</summary>
    public string? RingRefusal { get; private set; }

    public BucketTable Table => _group?.Table ?? BucketTable.One;

    /// <exception cref="LinuxException">the kernel refused.</exception>
    public void Add()
    {
        if (_group is null)
        {
            var group = new FanoutGroup();
            group.Add(_first);
            _group = group;
        }

        if (_count == All.Length)
            All = [.. All, new LinuxSeat()];
        PacketSocket socket = All[_count].Open(_link, _mode, _receiveBuffer, deaf: true);
        try
        {
            _group.Add(socket);
            _count++;
        }
        catch
        {
            All[_count].Close();
            throw;
        }
    }

    /// <inheritdoc cref="Add"/>
    public void Use(BucketTable table)
    {
        foreach (int seat in Table.Takers(table))
            All[seat].GiveFlows();
        _group!.Use(table);
        All[0].Table = table;
    }

    /// <returns>The seat that was given up.</returns>
    public LinuxSeat RemoveLast()
    {
        _group!.RemoveLast();
        All[--_count].Close();
        return All[_count];
    }

    /// <summary>How many are in use.</summary>
    public int Count => _count;

    public void Dispose()
    {
        foreach (LinuxSeat seat in All)
            seat.Dispose();
    }

    /// <summary>All sockets of the group are alike: when one gets no ring, none has.</summary>
    private void OpenAll()
    {
        for (int number = 0; number < All.Length; number++)
        {
            PacketSocket socket = All[number].Open(_link, _mode, _receiveBuffer, deaf: number > 0);
            if (socket.RingRefusal is not null)
            {
                RingRefusal = socket.RingRefusal;
                _mode = IngressMode.Mmsg;
                foreach (LinuxSeat seat in All)
                    seat.Close();
                _group = null;
                OpenAll();
                return;
            }

            if (number == 0)
                _first = socket;
            if (All.Length > 1)
                (_group ??= new FanoutGroup()).Add(socket);
        }

        _count = All.Length;
        if (_group is not null)
            Use(_group.Table.Rebalance(_count, out _));
    }
}
