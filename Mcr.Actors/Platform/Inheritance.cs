using System.Collections.Immutable;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>
/// What an interface takes over from the workers of an mcrd that is gone: their egress sockets, each once, and what they kept. Whoever takes a
/// descriptor out of here owns it; disposing closes the rest.
/// </summary>
internal sealed class Inheritance : IDisposable
{
    private readonly List<FileDescriptor> _rest = [];

    /// <param name="workers">By number, from 0; of one interface.</param>
    public Inheritance(IReadOnlyList<AdoptedWorker> workers)
    {
        Workers = workers;
        AdoptedWorker latest = workers.MaxBy(w => w.Rules.Generation)!;
        foreach (AdoptedWorker worker in workers.OrderByDescending(w => ReferenceEquals(w, latest)))
        {
            foreach ((int id, (PassedSocket passed, FileDescriptor descriptor)) in worker.Sockets)
            {
                if (!Egress.TryAdd(id, (passed, descriptor)))
                    _rest.Add(descriptor);
            }

            foreach ((int id, (KeptItem item, FileDescriptor descriptor)) in worker.Kept)
                Sort(id, item.Tag, descriptor);
        }

        Description = new AdoptedPort(
            latest.Rules,
            Egress.ToImmutableDictionary(e => e.Key, e => EgressKeyText.Read(e.Value.Passed.Tag)),
            [.. workers.Select((w, number) => new AdoptedRun(number, w.Pid, w.Handover.Generation, w.Handover.Hash, w.Rules.Rules.Length, [.. w.Sockets.Keys]))]);
    }

    public IReadOnlyList<AdoptedWorker> Workers { get; }

    public AdoptedPort Description { get; }

    public Dictionary<int, (PassedSocket Passed, FileDescriptor Descriptor)> Egress { get; } = [];

    /// <summary>Claimed unicast addresses: nobody can claim them anew while they are held.</summary>
    public Dictionary<Membership, FileDescriptor> Claims { get; } = [];

    /// <summary>Counters of seats that have been given up, by number.</summary>
    public SortedDictionary<int, FileDescriptor> Slots { get; } = [];

    public FileDescriptor? Bases { get; private set; }

    /// <summary>Of everything that the workers keep.</summary>
    public List<int> KeptIds { get; } = [];

    public void Dispose()
    {
        foreach (FileDescriptor descriptor in _rest.Concat(Claims.Values))
            descriptor.Dispose();
        _rest.Clear();
        Claims.Clear();
    }

    private void Sort(int id, string tag, FileDescriptor descriptor)
    {
        if (!KeptIds.Contains(id))
            KeptIds.Add(id);
        if (KeptTag.ReadClaim(tag) is { } claim && Claims.TryAdd(claim, descriptor))
            return;
        if (KeptTag.ReadSlot(tag) is { } number && Slots.TryAdd(number, descriptor))
            return;
        if (tag == KeptTag.Bases && Bases is null)
            Bases = descriptor;
        else
            _rest.Add(descriptor); // groups, which we join ourselves before this is closed, and what another worker kept as well
    }
}
