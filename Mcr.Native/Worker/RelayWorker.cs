using Mcr.Native.Egress;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;
using Mcr.Native.Logging;
using Mcr.Native.Loop;

namespace Mcr.Native.Worker;

/// <summary>
/// The worker's control side: owns the passed descriptors and the loop thread, and executes mcrd's commands one after another.
/// Control thread only.
/// </summary>
internal sealed class RelayWorker : IDisposable
{
    /// <summary>
    /// The loop takes a table within one turn. How often we look when it does not: a table that is published cannot be taken back, so there is
    /// nothing to do but to wait; a loop that is stuck is mcrd's to deal with.
    /// </summary>
    private const int AdoptionMilliseconds = 2_000;

    private readonly WorkerSlot _slot;
    private readonly FileDescriptor[] _ingress;
    private readonly Dictionary<int, (PassedSocket Passed, FileDescriptor Descriptor)> _egress = [];
    private readonly Dictionary<int, EchoSource> _echoes = []; // of those among the passed sockets
    private readonly Dictionary<int, IFrameSource> _feeds = []; // likewise
    private readonly Dictionary<int, (KeptItem Item, FileDescriptor Descriptor)> _kept = [];
    private readonly WorkerLog _log;
    private readonly RunningRules _rules;
    private readonly bool _reassemble;
    private readonly LoopWakeup _wakeup;
    private readonly RelayLoop _loop;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _named = new();
    private readonly ManualResetEventSlim _begin = new();
    private int _loopThread;
    private bool _isRunning;

    public RelayWorker(WorkerSlot slot, FileDescriptor[] ingress, WorkerOptions options, WorkerLog log)
    {
        _log = log;
        _rules = new RunningRules(slot);
        _reassemble = options.Reassemble;
        _slot = slot;
        _ingress = ingress;
        IFrameSource[] sources = [.. ingress.Select(d => Source(d, slot, options.Ring))];
        _wakeup = new LoopWakeup(sources);
        _loop = new RelayLoop(sources, new KernelSink(), slot, _wakeup, options);
        _thread = new Thread(RunLoop) { Name = "relay loop", IsBackground = true };
        _thread.Start();
        _named.Wait();
    }

    /// <summary>The loop's thread, as the kernel calls it; it waits for the first rules.</summary>
    public int LoopThread => _loopThread;

    /// <summary>Flushes what has arrived and ends the loop.</summary>
    public void Stop()
    {
        _loop.Stop();
        _begin.Set();
        _thread.Join();
    }

    /// <returns>The answer, or null when none is due.</returns>
    public WorkerMessage? Execute(WorkerMessage message, FileDescriptor[] descriptors)
    {
        switch (message)
        {
            case WorkerMessage.Sockets sockets:
                for (int i = 0; i < sockets.Items.Length; i++)
                    Use(sockets.Items[i], descriptors[i]);
                Debug(LogFacility.Egress, $"has got {sockets.Items.Length} egress sockets, {_egress.Count} in all");
                return null;
            case WorkerMessage.Rules rules:
                using (descriptors[0])
                    return Update(rules.Generation, descriptors[0], rules.Bytes, encoded => _rules.Replace(ResolvedRuleCodec.Decode(rules.Generation, encoded)));
            case WorkerMessage.Change change:
                using (descriptors[0])
                    return Update(change.Generation, descriptors[0], change.Bytes, encoded => _rules.Change(ResolvedRuleCodec.DecodeChange(change.Base, change.Generation, encoded)));
            case WorkerMessage.Forget forget:
                foreach (int id in forget.Ids)
                {
                    _rules.Forget(id);
                    Close(id);
                }

                Debug(LogFacility.Egress, $"has closed {forget.Ids.Length} egress sockets, {_egress.Count} are left");
                return null;
            case WorkerMessage.Keep keep:
                for (int i = 0; i < keep.Items.Length; i++)
                    Keep(keep.Items[i], descriptors[i]);
                return null;
            case WorkerMessage.Unkeep unkeep:
                foreach (int id in unkeep.Ids)
                {
                    if (_kept.Remove(id, out (KeptItem, FileDescriptor Descriptor) kept))
                        kept.Descriptor.Dispose();
                }

                return null;
            case WorkerMessage.Hold hold:
                _loop.Orders.Hold();
                Debug(LogFacility.Ingress, "takes no frames until it is told to go on");
                return Obeyed(hold.Ticket);
            case WorkerMessage.Drain drain:
                _loop.Orders.Drain();
                return Obeyed(drain.Ticket);
            case WorkerMessage.Resume:
                _loop.Orders.Resume();
                Debug(LogFacility.Ingress, "takes frames again");
                return null;
            case WorkerMessage.Levels levels:
                _log.Use(levels.Value);
                Debug(LogFacility.DataPlane, $"logs from {levels.Value.Global} on, and {levels.Value.Overrides.Count} facilities from another level");
                return null;
            default:
                foreach (FileDescriptor descriptor in descriptors)
                    descriptor.Dispose();
                throw new InvalidDataException($"{message.GetType().Name} is not a command");
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        _rules.End();
        _wakeup.Dispose();
        _named.Dispose();
        _begin.Dispose();
        foreach (FileDescriptor descriptor in _ingress)
            descriptor.Dispose();
        foreach ((_, FileDescriptor descriptor) in _egress.Values)
            descriptor.Dispose();
        foreach ((_, FileDescriptor descriptor) in _kept.Values)
            descriptor.Dispose();
        foreach (IFrameSource source in _echoes.Values.Concat(_feeds.Values))
            source.Dispose();
    }

    /// <summary>Its mcrd is gone, and with it whoever would end a hold.</summary>
    public void GoOnAlone() => _loop.Orders.Resume();

    /// <summary>Gives whoever adopts this worker everything it has been handed.</summary>
    /// <returns>false: whoever it was is gone again.</returns>
    public bool HandOver(WorkerChannel channel, WorkerPlace place, WorkerOptions options)
    {
        byte[] rules = _rules.Encode();
        using FileDescriptor memory = MemoryFile.CreateSealed("mcr-rules", rules);
        return Say(new WorkerMessage.Handover(place, options, _ingress.Length, _rules.Generation, _rules.Hash), [_slot.Descriptor, .. _ingress])
            && _egress.Values.InRecords(s => s.Passed.Tag).All(some => Say(new WorkerMessage.Sockets([.. some.Select(s => s.Passed)]), [.. some.Select(s => s.Descriptor)]))
            && _kept.Values.InRecords(k => k.Item.Tag).All(some => Say(new WorkerMessage.Keep([.. some.Select(k => k.Item)]), [.. some.Select(k => k.Descriptor)]))
            && Say(new WorkerMessage.Rules(_rules.Generation, rules.Length), [memory]);

        bool Say(WorkerMessage message, FileDescriptor[] descriptors) => channel.TrySend(message, descriptors, wait: true).IsSuccess;
    }

    /// <summary>The loop's thread. Nothing in the loop may allocate, so both counts are to be 0.</summary>
    private void RunLoop()
    {
        _loopThread = (int)Libc.syscall(SystemCalls.GetTid, 0, 0, 0, 0, 0);
        _named.Set();
        LoopWakeup.MakePrecise();
        FirstCalls.Make();
        _begin.Wait();
        int collections = GC.CollectionCount(0);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        _loop.Run();
        _slot.AddLoopCost(GC.CollectionCount(0) - collections, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static unsafe IFrameSource Source(FileDescriptor socket, WorkerSlot slot, RingGeometry ring) =>
        ring.IsNone ? new MessageSource(socket.Raw) : new RingSource(socket.Raw, ring, slot.Words + SlotLayout.ClippedWord);

    private void Use(PassedSocket passed, FileDescriptor descriptor)
    {
        Close(passed.Id);
        _egress[passed.Id] = (passed, descriptor);
        if (passed.Kind == EgressKind.Echo)
            _rules.Use(passed.Id, _echoes[passed.Id] = new EchoSource(descriptor.Raw));
        else if (passed.Kind == EgressKind.Feed)
            _rules.Use(passed.Id, Inlet(_feeds[passed.Id] = Source(descriptor, _slot, passed.Feed.Ring), passed.Feed));
        else
            _rules.Use(passed.Id, new EgressSocket(descriptor.Raw, passed.Kind, passed.LinkAddress));
    }

    /// <summary>With fragments of its own: two devices may carry the same ones.</summary>
    private FrameInlet Inlet(IFrameSource source, FeedShape shape) =>
        new(source, shape.LinkHeader, _reassemble ? new Reassembly(_slot, shape.LinkHeader, TimeProvider.System) : null, LoopOrders.QueueFrames(shape.Ring));

    /// <summary>The loop's table has it no more.</summary>
    private void Close(int id)
    {
        if (_echoes.Remove(id, out EchoSource? echoes))
            echoes.Dispose();
        if (_feeds.Remove(id, out IFrameSource? feed))
            feed.Dispose();
        if (_egress.Remove(id, out (PassedSocket, FileDescriptor Descriptor) socket))
            socket.Descriptor.Dispose();
    }

    private void Keep(KeptItem item, FileDescriptor descriptor)
    {
        if (_kept.Remove(item.Id, out (KeptItem, FileDescriptor Descriptor) old))
            old.Descriptor.Dispose();
        _kept[item.Id] = (item, descriptor);
    }

    private void Debug(LogFacility facility, string sentence) => _log.Say(facility, LogVerbosity.Debug, sentence);

    /// <summary>A loop that does not run yet has nothing in its hands, and begins as it was ordered.</summary>
    private WorkerMessage.Obeyed Obeyed(long ticket)
    {
        if (_isRunning)
            _loop.Orders.Wait();
        return new WorkerMessage.Obeyed(ticket);
    }

    private WorkerMessage Update(long generation, FileDescriptor memory, int bytes, Func<byte[], ForwardingTable> update)
    {
        try
        {
            ForwardingTable table = update(MemoryFile.ReadSealed(memory, bytes));
            _loop.Publish(table);
            if (!_isRunning)
            {
                // Not before there are rules: what has queued up since an earlier worker died would match nothing.
                _isRunning = true;
                _begin.Set();
                Rehearsal.BeginOfTheDataPath(table.Feeds.Streams.Length > 0);
            }

            while (_slot.Read(SlotLayout.GenerationWord) != generation)
                _wakeup.WaitForAdoption(AdoptionMilliseconds);
            _rules.Taken();
            Debug(LogFacility.RuleDispatch, $"runs generation {generation} of its rules, {table.Hash:x16}");
            return new WorkerMessage.Applied(generation, table.Hash);
        }
        catch (InvalidDataException e)
        {
            return new WorkerMessage.Refused(generation, e.Message);
        }
    }
}
