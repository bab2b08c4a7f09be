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
public sealed record LinuxPlatformOptions(int ReceiveBuffer, int SendBuffer, bool Segmentation, string RuntimeDirectory, uint Owner, int OrphanGraceMilliseconds);

/// <summary>The machine itself: devices by rtnetlink, sockets, worker processes.</summary>
/// <param name="orphans">Workers of an mcrd that is gone; an interface that is opened goes on with its own.</param>
public sealed class LinuxPlatform(WorkerProgram program, Capabilities capabilities, LinuxPlatformOptions platformOptions, Orphans orphans) : IRelayPlatform
{
    public LinkTable ReadLinks() => LinkReader.Read();

    public IInterfacePort OpenInterface(Link link, PortOptions options) =>
        orphans.TryTake(link, inherited => Open(link, options, inherited)) ?? Open(link, options, null);

    private LinuxInterfacePort Open(Link link, PortOptions options, Inheritance? inherited) => new(
        link,
        options.Interface,
        platformOptions,
        (number, onEvent) => new LinuxWorker(program, options.Interface.CoresOf(number), capabilities, options.Interface is { Realtime: true, Spin: false }, onEvent),
        inherited);
}
