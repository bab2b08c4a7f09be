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
    public void Use(BucketTable table) => _group!.Use(table);

    public void RemoveLast()
    {
        _group!.RemoveLast();
        All[--_count].Close();
    }

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
        _group?.Use(_group.Table.Rebalance(_count, out _));
    }
}
