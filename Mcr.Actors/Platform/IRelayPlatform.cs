using Mcr.Actors.Relay;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Platform;

/// <summary>
/// Everything the actors do to the machine, behind one door: the real one is <c>LinuxPlatform</c>, specs have their own.
/// Calls are short and made from the owning actor only.
/// </summary>
public interface IRelayPlatform
{
    /// <summary>Watches the devices of this network namespace, until it is disposed of. Calls come on another thread, in order.</summary>
    /// <param name="onChange">At first, and whenever anything differs.</param>
    /// <param name="onFailure">The last call, when it cannot go on.</param>
    /// <exception cref="Mcr.Native.Interop.LinuxException">the kernel refused.</exception>
    IDisposable WatchLinks(Action<LinkTable> onChange, Action<Exception> onFailure);

    /// <summary>
    /// Opens what an input interface needs whatever its rules: for each of its workers an ingress socket (filtered, bound, buffer forced) and
    /// a shared memory slot.
    /// </summary>
    /// <exception cref="Mcr.Native.Interop.LinuxException">the kernel refused; the message is a sentence for the operator.</exception>
    IInterfacePort OpenInterface(Link link, PortOptions options);

    /// <param name="agent">What we call ourselves.</param>
    IWebhook OpenWebhook(Configuration.WebhookSettings settings, string agent);

    /// <summary>Starts a process that stands by to become the next worker of any interface, unless one does already.</summary>
    /// <param name="onEnded">How it ended, if it does without having become one; on another thread.</param>
    /// <returns>false: one does already.</returns>
    /// <exception cref="Mcr.Native.Interop.LinuxException">it could not be started.</exception>
    bool PrepareStandby(Action<string> onEnded);

    /// <summary>Multicast routes and sockets of this network namespace, whosever they are.</summary>
    /// <exception cref="IOException">they cannot be read.</exception>
    HostTables ReadHostTables();

    /// <summary>Who has these sockets open. Looks at the descriptors of every process: for sockets that were not there before.</summary>
    /// <returns>One for each of them that is still there.</returns>
    IReadOnlyDictionary<ulong, SocketHolder> FindHolders(IReadOnlySet<ulong> inodes);

    /// <summary>Ends the process that stands by, if any.</summary>
    void DismissStandby();
}

/// <param name="Interface">How the interface is configured.</param>
public sealed record PortOptions(InterfaceOptions Interface)
{
    /// <summary>How the devices are configured that it has feed sockets on.</summary>
    public Func<string, InterfaceOptions> Devices { get; init; } = _ => new InterfaceOptions();
}
