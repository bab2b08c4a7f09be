using System.Net;
using Mcr.Native.Interop;

namespace Mcr.Native.Egress;

/// <summary>One output: where to, on which socket (an index of the table's sockets), counted in which entry of the slot.</summary>
public sealed record OutputTarget(IPAddress Address, ushort Port, int Socket, int Counter, EgressOptions Options = default);

/// <summary>One socket: its descriptor, what it is, and the device's own MAC address (the low 48 bits) for <see cref="EgressKind.Packet"/>.</summary>
public readonly record struct EgressSocket(int Descriptor, EgressKind Kind, ulong LinkAddress = 0);

/// <summary>
/// All outputs and sockets of one rule set, laid out for the kernel. The entries are immutable; the queue heads are the loop
/// thread's. Addresses are pinned: the kernel reads them in place.
/// </summary>
public sealed unsafe class OutputTable
{
    public static readonly OutputTable Empty = new([], []);

    private readonly Entry[] _entries;

    public OutputTable(IReadOnlyList<OutputTarget> outputs, IReadOnlyList<EgressSocket> sockets)
    {
        _entries = GC.AllocateArray<Entry>(Math.Max(1, outputs.Count), pinned: true);
        Count = outputs.Count;
        for (int i = 0; i < outputs.Count; i++)
        {
            OutputTarget output = outputs[i];
            _entries[i] = new Entry
            {
                Address = InternetAddress.Of(output.Address, output.Port),
                Socket = output.Socket,
                Counter = output.Counter,
            };
        }

        Entries = (Entry*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _entries[0]);
        Sockets = [.. sockets.Select(s => new SocketQueue { Descriptor = s.Descriptor, IsConnected = s.Kind == EgressKind.Unicast, First = -1, Last = -1 })];
    }

    public int Count { get; }

    internal Entry* Entries { get; }

    internal SocketQueue[] Sockets { get; }

    internal struct Entry
    {
        public InternetAddress Address;
        public int Socket;
        public int Counter;
    }

    /// <summary>The datagrams waiting for one socket: a list through the send queue's pending array. Loop thread only.</summary>
    internal struct SocketQueue
    {
        public int Descriptor;
        public bool IsConnected;

        /// <summary>The device refused segmentation once (EIO): send singly from then on.</summary>
        public bool NoSegmentation;

        public int First;
        public int Last;
    }
}
