using Mcr.Native.Interop;

namespace Mcr.Native.Worker;

/// <summary>What a worker of an mcrd that is gone has given back: all that is needed to go on with it. Disposing closes the channel, which orphans it again.</summary>
public sealed class AdoptedWorker : IDisposable
{
    private bool _isComplete;

    private AdoptedWorker(WorkerChannel channel, WorkerMessage.Handover handover, FileDescriptor[] passed)
    {
        Channel = channel;
        Handover = handover;
        Pid = channel.SenderPid;
        Slot = passed[0];
        Ingress = passed[1..];
    }

    public WorkerChannel Channel { get; }

    public WorkerMessage.Handover Handover { get; }

    /// <summary>As the kernel says, whatever the worker does.</summary>
    public int Pid { get; }

    public FileDescriptor Slot { get; }

    public IReadOnlyList<FileDescriptor> Ingress { get; }

    /// <summary>Egress sockets by id.</summary>
    public Dictionary<int, (PassedSocket Passed, FileDescriptor Descriptor)> Sockets { get; } = [];

    public Dictionary<int, (KeptItem Item, FileDescriptor Descriptor)> Kept { get; } = [];

    public ResolvedRuleSet Rules { get; private set; } = new(0, []);

    /// <summary>Receives the whole handover.</summary>
    /// <param name="channel">The worker's once it is returned; whoever gets an exception still has it.</param>
    /// <exception cref="InvalidDataException">what is said is none, or of another version.</exception>
    /// <exception cref="LinuxException">nothing was said in time, or no more before the end, or we lack something.</exception>
    public static AdoptedWorker Receive(WorkerChannel channel)
    {
        AdoptedWorker? worker = null;
        try
        {
            while (worker is not { _isComplete: true })
            {
                WorkerMessage message = channel.Receive(out FileDescriptor[] passed) ?? throw Closed(worker is not null);
                if (worker is null)
                    worker = new AdoptedWorker(channel, message as WorkerMessage.Handover ?? throw Unexpected(message, passed), passed);
                else
                    worker.Take(message, passed);
            }

            return worker;
        }
        catch
        {
            worker?.DisposeDescriptors();
            throw;
        }
    }

    /// <summary>Everything but the channel, which has gone to a <see cref="WorkerProcess"/>, and what was taken out of here.</summary>
    public void DisposeDescriptors()
    {
        foreach ((_, FileDescriptor descriptor) in Sockets.Values)
            descriptor.Dispose();
        foreach ((_, FileDescriptor descriptor) in Kept.Values)
            descriptor.Dispose();
        foreach (FileDescriptor descriptor in Ingress)
            descriptor.Dispose();
        Slot.Dispose();
    }

    public void Dispose()
    {
        DisposeDescriptors();
        Channel.Dispose();
    }

    private void Take(WorkerMessage message, FileDescriptor[] passed)
    {
        switch (message)
        {
            case WorkerMessage.Sockets sockets:
                for (int i = 0; i < passed.Length; i++)
                    Add(Sockets, sockets.Items[i].Id, (sockets.Items[i], passed[i]), passed[i]);
                break;
            case WorkerMessage.Keep keep:
                for (int i = 0; i < passed.Length; i++)
                    Add(Kept, keep.Items[i].Id, (keep.Items[i], passed[i]), passed[i]);
                break;
            case WorkerMessage.Rules rules:
                using (passed[0])
                    Rules = ResolvedRuleCodec.Decode(rules.Generation, MemoryFile.ReadSealed(passed[0], rules.Bytes));
                _isComplete = true;
                break;
            default:
                throw Unexpected(message, passed);
        }
    }

    private static void Add<T>(Dictionary<int, T> all, int id, T one, FileDescriptor descriptor)
    {
        if (!all.TryAdd(id, one))
            descriptor.Dispose(); // said twice: the first one counts
    }

    private static LinuxException Closed(bool hasBegun) => new(
        hasBegun ? "the worker closed the connection in the middle of its handover" : "the worker closed the connection; another mcrd may have it, or it does not let this user in",
        Libc.ECONNRESET);

    private static InvalidDataException Unexpected(WorkerMessage message, FileDescriptor[] passed)
    {
        foreach (FileDescriptor descriptor in passed)
            descriptor.Dispose();
        return new InvalidDataException($"{message.GetType().Name} is no part of a handover");
    }
}
