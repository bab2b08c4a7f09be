using Mcr.Native.Ingress;

namespace Mcr.Actors.Platform;

/// <summary>
/// What a port hears on a device that is not its own: groups, which are joined like an input's, so that switches send them here, and which workers hold a duplicate of, since they would end with
/// mcrd otherwise; and sockets for its workers. Owned by the port, under an id as egress sockets have.
/// </summary>
internal abstract class DeviceListener(EgressKey key, KeptDescriptors kept) : IDisposable
{
    /// <summary>What it was opened for.</summary>
    public EgressKey Key => key;

    protected GroupMembership Groups { get; } = kept.OpenGroups(key.InterfaceIndex);

    /// <summary>How many groups, or pairs of group and source, are joined.</summary>
    public int Joined => Groups.Count;

    /// <summary>For the worker in that seat; asked by its actor.</summary>
    public abstract TaggedSocket Of(int seat);

    /// <exception cref="Mcr.Native.Interop.LinuxException">the kernel refused.</exception>
    public abstract void Join(Membership membership);

    public abstract void Leave(Membership membership);

    /// <summary>The port stays open: workers are told to hold its groups no more.</summary>
    public virtual void Close()
    {
        Groups.LeaveAll();
        Dispose();
    }

    /// <inheritdoc cref="GroupMembership.Repair"/>
    public IReadOnlyList<LostMembership> Repair() => Groups.Repair();

    /// <inheritdoc cref="GroupMembership.Announce"/>
    public void Announce() => Groups.Announce();

    public virtual void Dispose() => Groups.Dispose();
}
