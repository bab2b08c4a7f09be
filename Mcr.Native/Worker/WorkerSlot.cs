using System.Runtime.CompilerServices;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>
/// A mapped worker slot (<see cref="SlotLayout"/>). mcrd makes it and keeps it over the deaths of workers, so counters never fall back;
/// the worker maps the descriptor that it was passed.
/// </summary>
public sealed unsafe class WorkerSlot : IDisposable
{
    private const nuint Length = (nuint)SlotLayout.Words * sizeof(long);

    private readonly long* _words;

    private WorkerSlot(FileDescriptor descriptor)
    {
        Descriptor = descriptor;
        void* address = Libc.mmap(null, Length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, descriptor.Raw, 0);
        if ((nint)address == -1)
            SysResult.From(-1).OrThrow("map the worker slot");
        _words = (long*)address;
    }

    public FileDescriptor Descriptor { get; }

    /// <summary>Makes an empty slot; its pages cost nothing until a counter is written. Its size is sealed.</summary>
    /// <param name="name">Shown in /proc/PID/fd.</param>
    public static WorkerSlot Create(string name = "mcr-slot")
    {
        FileDescriptor memory = MemoryFile.Create(name);
        try
        {
            SysResult.From(Libc.ftruncate(memory.Raw, (long)Length)).OrThrow("size of the worker slot");
            SysResult.From(Libc.fcntl(memory.Raw, Libc.F_ADD_SEALS, Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL)).OrThrow("seal the worker slot");
            var slot = new WorkerSlot(memory);
            long* words = slot._words;
            words[SlotLayout.VersionWord] = SlotLayout.Version;
            words[SlotLayout.LengthWord] = SlotLayout.Words;
            words[SlotLayout.FirstRuleWord] = SlotLayout.RulesOffset;
            words[SlotLayout.RulesWord] = SlotLayout.RuleCapacity;
            words[SlotLayout.FirstOutputWord] = SlotLayout.OutputsOffset;
            words[SlotLayout.OutputsWord] = SlotLayout.OutputCapacity;
            words[SlotLayout.MagicWord] = SlotLayout.Magic;
            return slot;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Maps a passed slot; takes ownership of the descriptor.</summary>
    /// <exception cref="InvalidDataException">not a slot of this version.</exception>
    public static WorkerSlot Open(FileDescriptor descriptor)
    {
        if ((SysResult.From(Libc.fcntl(descriptor.Raw, Libc.F_GET_SEALS, 0)).OrThrow("seals of the slot") & Libc.F_SEAL_SHRINK) == 0)
            throw new InvalidDataException("the passed slot is not sealed against shrinking, so touching it could kill the worker");
        var slot = new WorkerSlot(descriptor);
        if (slot._words[SlotLayout.MagicWord] == SlotLayout.Magic && slot._words[SlotLayout.VersionWord] == SlotLayout.Version && slot._words[SlotLayout.LengthWord] == SlotLayout.Words)
            return slot;
        slot.Dispose();
        throw new InvalidDataException($"the passed slot is not of version {SlotLayout.Version}");
    }

    /// <summary>For the loop, which writes plain words.</summary>
    internal long* Words => _words;

    internal EgressCounters EgressCounters => new(
        _words + SlotLayout.SentWord, _words + SlotLayout.ErrorsWord, _words + SlotLayout.SentBytesWord, _words + SlotLayout.OutputsOffset);

    /// <summary>The <see cref="StreamBlock"/> of a rule entry, for the loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long* Stream(int entry) => _words + SlotLayout.StreamsOffset + ((long)entry * StreamBlock.Words);

    /// <summary>Of a rule entry, for the loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Takeover* Takeover(int entry) => (Takeover*)(_words + SlotLayout.TakeoversOffset + ((long)entry * Redundancy.Takeover.Words));

    /// <inheritdoc cref="Takeover"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TakeoverOrders* Orders(int entry) => (TakeoverOrders*)(_words + SlotLayout.TakeoverOrdersOffset + ((long)entry * TakeoverOrders.Words));

    /// <summary>The first output entry's <see cref="LegSender"/>, for the loop; each has <see cref="LegSender.Words"/> words.</summary>
    internal long* LegSenders => _words + SlotLayout.LegSendersOffset;

    /// <summary>The <see cref="LegBlock"/> of a rule entry, for the loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long* Leg(int entry) => _words + SlotLayout.LegsOffset + ((long)entry * LegBlock.Words);

    /// <summary>The <see cref="SelectBlock"/> of a rule entry, for the loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long* Select(int entry) => _words + SlotLayout.SelectsOffset + ((long)entry * SelectBlock.Words);

    /// <summary>The sending end of the leg that begins at an output entry, as it is at this moment; of another leg or none, as its id says, until the loop has the output.</summary>
    public LegSender ReadLegSender(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.OutputCapacity);
        return *LegSender.At(LegSenders, entry);
    }

    /// <summary>The receiving end of the leg that ends in a rule entry, as it is at this moment. Only of a rule that has one: reading of another would take a page for it.</summary>
    public LegReceiver ReadLeg(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        return *(LegReceiver*)Leg(entry);
    }

    /// <summary>Adds the counts by bucket of <see cref="LatencyHistogram"/>: of the way over the leg, by the two ends' clocks.</summary>
    /// <inheritdoc cref="ReadLeg"/>
    public void AddLegLatency(int entry, Span<long> sums)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        Add(Leg(entry) + LegBlock.HistogramWord, sums);
    }

    /// <summary>What the loop has decided of a redundant rule, as it is at this moment.</summary>
    public Takeover ReadTakeover(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        return *Takeover(entry);
    }

    /// <summary>mcrd's own words: what the loop is to do with a redundant rule, once it was announced.</summary>
    /// <returns>Whether that is another thing than before.</returns>
    public bool Order(int entry, in TakeoverOrders orders)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        TakeoverOrders* there = Orders(entry);
        if (*there == orders)
            return false;
        *there = orders;
        return true;
    }

    /// <summary>mcrd's own word: the loop looks at all orders in its next turn.</summary>
    public void AnnounceOrders() => Volatile.Write(ref _words[SlotLayout.OrdersWord], _words[SlotLayout.OrdersWord] + 1);

    /// <summary>What is known of the stream of a rule entry that has matched something: reading one that has not would take a page for it.</summary>
    public StreamReport ReadStream(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        return StreamReport.Read(new ReadOnlySpan<long>(Stream(entry), StreamBlock.Words).ToArray());
    }

    /// <inheritdoc cref="ReadStream"/>
    public StreamLosses ReadLosses(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        return StreamReport.ReadLosses(new ReadOnlySpan<long>(Stream(entry), StreamBlock.Words));
    }

    /// <summary>Adds the counts by bucket of <see cref="LatencyHistogram"/>.</summary>
    /// <inheritdoc cref="ReadStream"/>
    public void AddLatency(int entry, Span<long> sums)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        Add(Stream(entry) + StreamBlock.LatencyWord, sums);
    }

    /// <summary>What is known of the inputs of a rule entry that has several, as it is at this moment. Only of such a rule: reading of another would take pages for it.</summary>
    public SelectReport ReadSelect(int entry, SelectMode mode, int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        return SelectReport.Read(new ReadOnlySpan<long>(Select(entry), SelectReport.WordsOf(inputs)), mode, inputs, BootClock.Nanoseconds);
    }

    /// <inheritdoc cref="TraceReader.Read"/>
    public TraceBatch ReadTrace(int ring, uint session, long from, int most)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ring, (uint)TraceLayout.Rings);
        return TraceReader.Read(_words + SlotLayout.TracesOffset + (ring * TraceLayout.Words), session, from, most);
    }

    /// <summary>mcrd's, for a rule entry that no worker uses: nothing is known of its stream, of its inputs, of the leg that ended in it, nor of when and whose its last datagram was.</summary>
    public void ClearStream(int entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        Punch(SlotLayout.StreamsOffset, entry, StreamBlock.Words); // a page, which is given back
        Punch(SlotLayout.SelectsOffset, entry, SelectBlock.Words);
        Punch(SlotLayout.LegsOffset, entry, LegBlock.Words); // less than one: a look at whether it is in use would take one
        long* rule = _words + SlotLayout.RulesOffset + ((long)entry * SlotLayout.WordsPerRule);
        if (Takeover(entry)->IsInUse)
            (*Takeover(entry), *Orders(entry)) = (default, default);
        if (rule[SlotLayout.RuleMatched] != 0)
            new Span<long>(rule + SlotLayout.RuleLastArrival, SlotLayout.RuleSourceChanges + 1 - SlotLayout.RuleLastArrival).Clear();
    }

    public long Read(int word) => Volatile.Read(ref _words[word]);

    public long ReadDrops(DropReason reason) => Read(SlotLayout.DropsWord + (int)reason);

    /// <summary>Word <paramref name="word"/> of rule entry <paramref name="entry"/>, as <see cref="SlotLayout"/> names them.</summary>
    public long ReadRule(int entry, int word)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        return Read(SlotLayout.RulesOffset + (entry * SlotLayout.WordsPerRule) + word);
    }

    /// <summary>Word <paramref name="word"/> of output entry <paramref name="entry"/>, as <see cref="Egress.EgressCounters"/> names them.</summary>
    public long ReadOutput(int entry, int word)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.OutputCapacity);
        return Read(SlotLayout.OutputsOffset + (entry * EgressCounters.WordsPerOutput) + word);
    }

    /// <summary>mcrd's own word: frames that the kernel dropped at the ingress socket.</summary>
    public void AddKernelDrops(long frames) => Volatile.Write(ref _words[SlotLayout.KernelDropsWord], _words[SlotLayout.KernelDropsWord] + frames);

    /// <summary>mcrd's own word: what waits in the ingress queue now is not to be relayed by the next worker. None must be running.</summary>
    public void DisownQueue() => Volatile.Write(ref _words[SlotLayout.WantedSinceWord], WallClock.Nanoseconds);

    /// <summary>mcrd's own word: flows come to the worker that others may have had. Said before the first of their frames can come.</summary>
    public void GiveFlows() => Volatile.Write(ref _words[SlotLayout.FlowsSinceWord], WallClock.Nanoseconds);

    /// <summary>mcrd's own words: a later mcrd finds here what the kernel does not tell.</summary>
    public void Store(BucketTable table)
    {
        table.SeatOf.AsSpan().CopyTo(new Span<byte>(_words + SlotLayout.BucketsWord, BucketTable.Buckets));
        Volatile.Write(ref _words[SlotLayout.SeatsWord], table.Seats);
    }

    /// <returns>null when none was stored, or one that cannot be.</returns>
    public BucketTable? StoredTable() =>
        BucketTable.TryRestore(Read(SlotLayout.SeatsWord), new ReadOnlySpan<byte>(_words + SlotLayout.BucketsWord, BucketTable.Buckets));

    /// <summary>The words are 0 from now on; a page of which nothing else is left is given back, and none is taken.</summary>
    private void Punch(long offset, int entry, long words)
    {
        const long Word = sizeof(long);
        SysResult.From(Libc.fallocate(Descriptor.Raw, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, (offset + (entry * words)) * Word, words * Word)).OrThrow("clear a stream's counters");
    }

    private static void Add(long* histogram, Span<long> sums)
    {
        for (int i = 0; i < LatencyHistogram.Buckets; i++)
            sums[i] += histogram[i];
    }

    /// <summary>The loop's own account of itself, when it has ended; added up over the workers of the slot.</summary>
    internal void AddLoopCost(long collections, long allocatedBytes)
    {
        _words[SlotLayout.CollectionsWord] += collections;
        _words[SlotLayout.AllocatedWord] += allocatedBytes;
    }

    public void Dispose()
    {
        if (Descriptor.IsClosed)
            return;
        _ = Libc.munmap(_words, Length);
        Descriptor.Dispose();
    }
}
