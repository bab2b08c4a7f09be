using System.Net;
using Mcr.Actors.Legs;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Netlink;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Actors.Platform;

/// <summary>
/// The kernel objects of one input interface: memberships, egress sockets, and an ingress socket and counters for each of its workers, who
/// are numbered from 0. They belong to the InterfaceActor and outlive workers: a new worker goes on with the same sockets, queue and counters.
/// Disposing closes everything (and leaves all groups).
/// </summary>
public interface IInterfacePort : IDisposable
{
    Link Link { get; }

    /// <summary>What could not be as it was asked for when this, or something of it, was opened, for the log; each is told once.</summary>
    IReadOnlyList<string> TakeNotes() => [];

    /// <summary>Opens an egress socket under an id of the caller's.</summary>
    /// <returns>null, or a sentence that says why not.</returns>
    string? OpenEgress(int id, EgressKey key);

    /// <summary>Opens a socket by which datagrams of a device come to rules with several inputs, under an id as egress sockets have; it is closed like them.</summary>
    /// <param name="device">Which the key is about.</param>
    /// <returns>null, or a sentence that says why not.</returns>
    string? OpenFeed(int id, EgressKey key, Link device);

    void CloseEgress(int id);

    /// <summary>Joins the group, or claims the unicast address and port so that the kernel does not answer with ICMP.</summary>
    /// <returns>null, or a sentence that says why not.</returns>
    string? Join(Membership membership);

    void Leave(Membership membership);

    /// <summary>Joins again what the kernel has no more, and sets again what somebody else has changed.</summary>
    PortRepair Repair();

    /// <summary>Has all groups that are joined reported to switches and routers once more, without leaving any.</summary>
    /// <returns>How many memberships there are.</returns>
    int Announce();

    /// <summary>Has membership queries on the device heard from now on; nothing happens when they are.</summary>
    /// <returns>null, or a sentence that says why not.</returns>
    string? ListenForQueries();

    /// <summary>The membership queries that have been heard since this was last asked.</summary>
    IReadOnlyList<MembershipQuery> TakeQueries();

    /// <summary>
    /// Starts a worker process on the ingress socket of that number; it owns no rules yet. Events come on another thread, in order, and end with
    /// <see cref="WorkerExited"/>.
    /// </summary>
    /// <exception cref="Mcr.Native.Interop.LinuxException">the process could not be started.</exception>
    IWorkerProcess StartWorker(int number, Action<WorkerEvent> onEvent);

    /// <summary>Which worker takes which flows in.</summary>
    BucketTable Table { get; }

    /// <summary>
    /// Opens one more ingress socket, for a worker with the next number; it gets no frame before <see cref="Use"/> says so. What had
    /// that number before has left its counters.
    /// </summary>
    /// <returns>null, or a sentence that says why not.</returns>
    string? AddSeat();

    /// <summary>From its return on, new frames go where the table says, and all earlier ones wait for the workers of the old one.</summary>
    /// <returns>null, or a sentence that says why not; then everything is as it was.</returns>
    string? Use(BucketTable table);

    /// <summary>What waits for the worker of that number, which does not run, is not relayed by the next one but counted as too old: others have its flows.</summary>
    void DisownQueue(int number);

    /// <summary>Closes the ingress socket with the highest number: no table mentions it any more, and its worker has exited.</summary>
    void RemoveSeat();

    /// <summary>Totals of the slot of that number, cumulative over all workers it has had.</summary>
    WorkerCounters ReadCounters(int number);

    /// <summary>Totals over all slots, those included that have been given up.</summary>
    WorkerCounters ReadCounters();

    /// <summary>Over all slots.</summary>
    RuleCounters ReadRule(int counter);

    /// <inheritdoc cref="ReadRule"/>
    OutputCounters ReadOutput(int counter);

    /// <summary>Records of a trace at the slot of that number, from the record <paramref name="from"/> on; nothing when that slot has none.</summary>
    TraceBatch ReadTrace(int number, int ring, uint session, long from, int most);

    /// <summary>What the loop of each worker has decided of the redundant rule that has this entry; those that do not know the rule are not in it.</summary>
    IReadOnlyList<Takeover> ReadTakeovers(int counter);

    /// <summary>For all workers: what is to be done with the redundant rule that has this entry.</summary>
    void OrderTakeover(int counter, TakeoverOrders orders);

    /// <summary>Asks on the segment of that echo socket who has these IPv4 addresses.</summary>
    /// <returns>false: it cannot be asked there.</returns>
    bool Probe(EgressKey echo, Link link, IReadOnlyCollection<IPAddress> addresses);

    /// <summary>The MAC addresses of those that have answered on any segment since this was asked last.</summary>
    IReadOnlyCollection<ulong> TakeProbeAnswers();

    /// <summary>Nobody asks any more for now.</summary>
    void EndProbe();

    /// <summary>The orders that were given since this was called last count from now on.</summary>
    void AnnounceOrders();

    /// <summary>The time of takeovers: the boot clock, in nanoseconds.</summary>
    long TakeoverClock { get; }

    /// <summary>What the beginning of a leg has sent that has this output entry.</summary>
    LegSent ReadLegSent(int counter) => default;

    /// <summary>What the end of a leg has counted that is the input of the rule with this entry.</summary>
    LegCounts ReadLegEnd(int counter) => LegCounts.None;

    /// <summary>What is known of the inputs of the rule that has this entry and several of them.</summary>
    SelectReport ReadSelect(int counter, SelectMode mode, int inputs) => SelectReport.Nothing(inputs);

    /// <summary>Of the way to that address, as the kernel knows it now: bytes of IP packet; 0 where there is none.</summary>
    int PathMtu(IPAddress address) => 0;

    /// <summary>What is known of the stream of the rule that has this entry, over all slots.</summary>
    StreamReport ReadStream(int counter);

    /// <summary>Adds how many of the rule's datagrams took how long, by bucket of <see cref="LatencyHistogram"/>, over all slots.</summary>
    void AddLatency(int counter, Span<long> sums);

    /// <summary>Only what is missing in it, for whoever looks at many again and again.</summary>
    StreamLosses ReadLosses(int counter);

    /// <summary>The same without reasons and trains, for whoever reads many.</summary>
    OutputCounters ReadOutputTotals(int counter);

    /// <summary>The entry is given to another rule: its counting begins here, for a later mcrd, too.</summary>
    /// <returns>What the entry has counted so far.</returns>
    RuleCounters BeginRule(int counter);

    /// <inheritdoc cref="BeginRule"/>
    OutputCounters BeginOutput(int counter);

    /// <summary>Where the counting of the rule began that has this entry, if an earlier mcrd gave it to it.</summary>
    RuleCounters RuleBase(int counter);

    /// <inheritdoc cref="RuleBase"/>
    OutputCounters OutputBase(int counter);

    /// <summary>What this was opened with, when it goes on with the workers of an mcrd that is gone; null otherwise.</summary>
    AdoptedPort? Adopted => null;

    /// <summary>The worker in that seat, when the process that <see cref="StartWorker"/> has given last is an adopted one; null otherwise.</summary>
    AdoptedRun? AdoptedWorker(int number) => null;

    /// <summary>Everything that is wanted has been joined anew: what the earlier mcrd had joined is left.</summary>
    void DropInherited()
    {
    }

    /// <summary>Workers go on without us: what is disposed of from now on stays on the machine as it is.</summary>
    void Hold()
    {
    }
}

/// <summary>
/// What makes two outputs share an egress socket: multicast outputs of one interface with the same options do; a unicast output
/// has its own, because a neighbour that does not answer blocks its queue.
/// </summary>
/// <param name="Ttl">0: it goes with each datagram.</param>
/// <param name="Destination">Set for unicast only, which has connected sockets.</param>
/// <param name="Addresses">
/// Of the device and the destination's family, for unicast only: a connected socket keeps the source address it was given, and is of no use when the device has it no more.
/// </param>
public sealed record EgressKey(int InterfaceIndex, string Interface, byte Ttl, IPEndPoint? Destination, string? Addresses = null)
{
    public EgressKind Kind { get; init; } = Destination is null ? EgressKind.Multicast : EgressKind.Unicast;

    public bool IsIpv6 { get; init; }

    /// <summary>To send from; null for the device's own.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The device's: a socket that is bound to one that was deleted is dead, even when the index is in use again.</summary>
    public long Incarnation { get; init; }

    /// <summary><see cref="Source"/> need not be an address of this host.</summary>
    public bool MaySpoof { get; init; }

    /// <summary>SO_PRIORITY.</summary>
    public byte Priority { get; init; }

    /// <summary>0 to 63, where the socket has it; null where it goes with each datagram.</summary>
    public byte? Dscp { get; init; }

    /// <summary>Bytes in front of the IP header on the devices that other nodes are heard on.</summary>
    public const int EchoLinkHeader = 14;

    /// <summary>For <see cref="EgressKind.Packet"/>: the device's own MAC address, which its frames leave with.</summary>
    public ulong LinkAddress { get; init; }
}

/// <summary>A multicast group to join (from one source, when given), or a unicast address and port to claim. Port is 0 for groups.</summary>
public sealed record Membership(IPAddress Group, IPAddress? Source, ushort Port)
{
    /// <summary>The group is an output's, and other nodes that send to it are to be heard by this socket; null: it is an input's.</summary>
    public EgressKey? Echo { get; init; }

    /// <summary>It is for the device of this socket, which rules with several inputs take datagrams from; null: for the port's own.</summary>
    public EgressKey? Feed { get; init; }

    /// <summary>Of a <see cref="Feed"/>: nothing is joined, but what is sent there is let through to the socket.</summary>
    public bool IsHeardOnly { get; init; }

    /// <summary>No group: the device takes every multicast frame in.</summary>
    public static readonly Membership AllMulticast = new(IPAddress.Any, null, 0);

    public bool IsAllMulticast => (this with { Feed = null }) == AllMulticast;
}
