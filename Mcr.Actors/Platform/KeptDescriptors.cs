using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// The descriptors of an interface that its workers keep, so that they outlive mcrd: each worker gets all of them, and what comes and goes later.
/// Its interface's actor and those of its workers use it. Thread-safe.
/// </summary>
/// <param name="first">Ids from here on are free.</param>
internal sealed class KeptDescriptors(int first = 0)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, (FileDescriptor Descriptor, string Tag)> _items = [];
    private readonly Dictionary<int, LinuxWorker> _workers = []; // by number
    private int _next = first;

    /// <param name="descriptor">Stays the caller's, who removes it before closing it.</param>
    public void Add(FileDescriptor descriptor, string tag)
    {
        lock (_lock)
        {
            int id = _next++;
            _items.Add(id, (descriptor, tag));
            foreach (LinuxWorker worker in _workers.Values)
                worker.Keep([new KeptItem(id, tag)], [descriptor]);
        }
    }

    /// <summary>Memberships on a device, which workers keep.</summary>
    public GroupMembership OpenGroups(int interfaceIndex) => new(interfaceIndex) { Opened = socket => Add(socket, KeptTag.Groups), Closing = Remove };

    public void Remove(FileDescriptor descriptor)
    {
        lock (_lock)
        {
            int[] ids = [.. _items.Where(i => ReferenceEquals(i.Value.Descriptor, descriptor)).Select(i => i.Key)];
            foreach (int id in ids)
                _items.Remove(id);
            TellToDrop(ids);
        }
    }

    /// <summary>What the workers have from an earlier mcrd.</summary>
    public void Drop(IReadOnlyList<int> ids)
    {
        lock (_lock)
            TellToDrop(ids);
    }

    /// <summary>A new process in that seat: it gets everything.</summary>
    public void Attach(int number, LinuxWorker worker)
    {
        lock (_lock)
        {
            _workers[number] = worker;
            foreach (IReadOnlyList<KeyValuePair<int, (FileDescriptor Descriptor, string Tag)>> some in _items.InRecords(i => i.Value.Tag))
                worker.Keep([.. some.Select(i => new KeptItem(i.Key, i.Value.Tag))], [.. some.Select(i => i.Value.Descriptor)]);
        }
    }

    /// <summary>The seat is given up.</summary>
    public void Detach(int number)
    {
        lock (_lock)
            _workers.Remove(number);
    }

    private void TellToDrop(IReadOnlyList<int> ids)
    {
        foreach (int[] some in ids.Chunk(WorkerMessage.MaxIds))
        {
            foreach (LinuxWorker worker in _workers.Values)
                worker.Unkeep([.. some]);
        }
    }
}
