using Mcr.Native.Kernel;
using Mcr.Native.Logging;
using Mcr.Native.Netlink;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <param name="ReceiveBuffer">Bytes of ingress queue asked for.</param>
/// <param name="SendBuffer">Bytes of egress queue asked for, per socket.</param>
/// <param name="Segmentation">Send merged runs with UDP_SEGMENT; off where the kernel has none.</param>
/// <param name="RuntimeDirectory">Where workers can be found by a later mcrd.</param>
/// <param name="Owner">Our user, who may adopt them besides root.</param>
/// <param name="OrphanGraceMilliseconds">How long a worker relays on without its mcrd; <see cref="WorkerOptions.Forever"/>: until it is adopted.</param>
public sealed record LinuxPlatformOptions(int ReceiveBuffer, int SendBuffer, bool Segmentation, string RuntimeDirectory, uint Owner, int OrphanGraceMilliseconds)
{
    /// <summary>How old may be what a worker finds queued up when it starts; 0: any age.</summary>
    public int MaxAgeMilliseconds { get; init; } = 1000;

    /// <summary>What workers say.</summary>
    public WorkerLogging Logging { get; init; } = new(new LogControl(LogLevels.Default), (_, _, _, _) => { });

    /// <summary>Where it is noted down how the host was; null for nowhere.</summary>
    public IFeatureRecord? Features { get; init; }
}

/// <summary>The machine itself: devices by rtnetlink, sockets, worker processes.</summary>
/// <param name="orphans">Workers of an mcrd that is gone; an interface that is opened goes on with its own.</param>
public sealed class LinuxPlatform(WorkerProgram program, Capabilities capabilities, LinuxPlatformOptions platformOptions, Orphans orphans) : IRelayPlatform
{
    private readonly LinuxStandby _standby = new(program, capabilities);

    /// <summary>Kept over the end of a watch: the next one knows the devices again.</summary>
    private readonly LinkIncarnations _incarnations = new();

    public IDisposable WatchLinks(Action<LinkTable> onChange, Action<Exception> onFailure) => new LinkMonitor(_incarnations, onChange, onFailure);

    public IInterfacePort OpenInterface(Link link, PortOptions options) =>
        orphans.TryTake(link, inherited => Open(link, options, inherited)) ?? Open(link, options, null);

    public IWebhook OpenWebhook(Configuration.WebhookSettings settings, string agent) => new HttpWebhook(settings, agent);

    public bool PrepareStandby(Action<string> onEnded) => _standby.Prepare(onEnded);

    public void DismissStandby() => _standby.Dismiss();

    public HostTables ReadHostTables() => new(MulticastRoute.ReadAll(), [.. BoundSocket.ReadAll()]);

    public IReadOnlyDictionary<ulong, SocketHolder> FindHolders(IReadOnlySet<ulong> inodes)
    {
        HashSet<ulong> ours = SocketOwner.Ours(inodes);
        HashSet<ulong> others = [.. inodes.Except(ours)];
        Dictionary<ulong, SocketOwner> owners = others.Count == 0 ? [] : SocketOwner.Find(others);
        if (others.Count > 0)
            others.IntersectWith(BoundSocket.ReadAll().Select(s => s.Inode)); // one that we closed meanwhile was not another's
        return ours.Concat(others).ToDictionary(inode => inode, inode => new SocketHolder(ours.Contains(inode), owners.GetValueOrDefault(inode)));
    }

    private LinuxInterfacePort Open(Link link, PortOptions options, Inheritance? inherited) => new(
        link,
        options,
        platformOptions,
        onEvent => new LinuxWorker(_standby, options.Interface is { Realtime: true, Spin: false }, platformOptions.Logging, onEvent),
        inherited);
}
