using System.Collections.Immutable;
using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>Commands and events of the actors to messages and descriptors of the worker protocol, and back.</summary>
public sealed class LinuxWorker : IWorkerProcess
{
    private readonly WorkerProcess _process;
    private readonly bool _isRealtime;
    private readonly WorkerVoice _voice;
    private WorkerPulse? _pulse;
    private Func<int, TaggedSocket> _socket = _ => throw new InvalidOperationException("the worker has not been greeted");
    private string? _adoptionSocket;

    /// <param name="isRealtime">Its loop goes before ordinary threads.</param>
    internal LinuxWorker(LinuxStandby standby, bool isRealtime, WorkerLogging logging, Action<WorkerEvent> onEvent)
    {
        _voice = new WorkerVoice(logging, TimeProvider.System);
        _isRealtime = isRealtime;
        _process = standby.Take(
            message => Report(message, onEvent),
            (how, clean) => ReportExit(how, clean, onEvent));
    }

    private LinuxWorker(AdoptedWorker adopted, string adoptionSocket, Func<int, TaggedSocket> socket, WorkerLogging logging, Action<WorkerEvent> onEvent)
    {
        _voice = new WorkerVoice(logging, TimeProvider.System);
        _socket = socket;
        _adoptionSocket = adoptionSocket;
        try
        {
            AdoptionSocket.Settle(adopted.Channel);
            _pulse = new WorkerPulse(adopted.Slot);
            onEvent(new WorkerReady(adopted.Pid, IsRelaying: adopted.Handover.Generation > 0)); // before its thread can say anything
            _process = WorkerProcess.Adopt(adopted.Pid, adopted.Channel, message => Report(message, onEvent), (how, clean) => ReportExit(how, clean, onEvent));
            BeginLogging(adopted.Handover.Place);
        }
        catch
        {
            // Another is about to be started in its place, and of two each datagram would leave twice.
            AdoptionSocket.Kill(adopted.Channel, Orphans.Patience);
            adopted.Channel.Dispose();
            _pulse?.Dispose();
            Orphans.Forget(adoptionSocket);
            throw;
        }
    }

    /// <summary>A worker of an mcrd that is gone: it has what it has, and is ready.</summary>
    /// <exception cref="LinuxException">it has ended meanwhile, or memory or descriptors are short; either way it is gone now.</exception>
    internal static LinuxWorker Adopt(AdoptedWorker adopted, string runtimeDirectory, Func<int, TaggedSocket> socket, WorkerLogging logging, Action<WorkerEvent> onEvent) =>
        new(adopted, Orphans.SocketOf(runtimeDirectory, adopted.Pid), socket, logging, onEvent);

    public int Pid => _process.Pid;

    public void Send(WorkerCommand command)
    {
        switch (command)
        {
            case UseSockets use:
                foreach (IReadOnlyList<(int Id, TaggedSocket Socket)> some in use.Ids.Select(id => (Id: id, Socket: _socket(id))).InRecords(s => s.Socket.Tag))
                {
                    ImmutableArray<PassedSocket> items = [.. some.Select(s => s.Socket.Passed(s.Id))];
                    _process.Send(new WorkerMessage.Sockets(items), [.. some.Select(s => s.Socket.Socket.Descriptor)]);
                }

                break;
            case UseRules use:
                byte[] all = ResolvedRuleCodec.Encode(use.Rules);
                SendInMemory(new WorkerMessage.Rules(use.Rules.Generation, all.Length), all);
                break;
            case ChangeRules { Change: var change }:
                byte[] encoded = ResolvedRuleCodec.Encode(change);
                SendInMemory(new WorkerMessage.Change(change.Base, change.Generation, encoded.Length), encoded);
                break;
            case ForgetSockets forget:
                foreach (int[] ids in forget.Ids.Chunk(WorkerMessage.MaxIds))
                    _process.Send(new WorkerMessage.Forget([.. ids]), []);
                break;
            case HoldWorker hold:
                _process.Send(new WorkerMessage.Hold(hold.Ticket), []);
                break;
            case DrainWorker drain:
                _process.Send(new WorkerMessage.Drain(drain.Ticket), []);
                break;
            case ResumeWorker:
                _process.Send(new WorkerMessage.Resume(), []);
                break;
            case StopWorker:
                _process.Send(new WorkerMessage.Stop(), []);
                break;
            default:
                throw new ArgumentException($"{command.GetType().Name} is not a worker command", nameof(command));
        }
    }

    public WorkerHealth ReadHealth()
    {
        ProcessStatus status = ProcessStatus.Read(Pid);
        return new WorkerHealth(_pulse?.Heartbeat ?? 0, _pulse?.RulesetHash ?? 0, status.IsStopped, status.MemoryBytes);
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _voice.Dispose();
        _pulse?.Dispose();
        _process.Dispose();
    }

    /// <summary>The first message: what to receive from, where to count, and how to be found when mcrd is gone.</summary>
    /// <exception cref="LinuxException">the socket to be found by cannot be made.</exception>
    internal void Greet(FileDescriptor slot, FileDescriptor ingress, WorkerPlace place, WorkerOptions options, string runtimeDirectory, Func<int, TaggedSocket> socket)
    {
        _socket = socket;
        _pulse = new WorkerPulse(slot);
        _adoptionSocket = Orphans.SocketOf(runtimeDirectory, Pid);
        using FileDescriptor listener = AdoptionSocket.Listen(_adoptionSocket);
        _process.Send(new WorkerMessage.Hello(place, options, IngressSockets: 1), [slot, listener, ingress]);
        BeginLogging(place);
    }

    internal void Keep(ImmutableArray<KeptItem> items, FileDescriptor[] descriptors) => _process.Send(new WorkerMessage.Keep(items), descriptors);

    internal void Unkeep(ImmutableArray<int> ids) => _process.Send(new WorkerMessage.Unkeep(ids), []);

    private void BeginLogging(WorkerPlace place) => _voice.Begin($"worker {place.Seat} of {place.Interface}", levels => _process.Send(new WorkerMessage.Levels(levels), []));

    private void ReportExit(string how, bool clean, Action<WorkerEvent> onEvent)
    {
        if (_adoptionSocket is { } path)
            Orphans.Forget(path);
        onEvent(new WorkerExited(how, clean));
    }

    private void SendInMemory(WorkerMessage message, byte[] content) =>
        _process.Send(message, [MemoryFile.CreateSealed("mcr-rules", content)], ownsDescriptors: true);

    private void Report(WorkerMessage message, Action<WorkerEvent> onEvent)
    {
        switch (message)
        {
            case WorkerMessage.Ready ready:
                if (_isRealtime)
                    _process.MakeRealtime(ready.LoopThread);
                onEvent(new WorkerReady(ready.Pid));
                break;
            case WorkerMessage.Applied applied:
                onEvent(new RulesApplied(applied.Generation, applied.Hash));
                break;
            case WorkerMessage.Refused refused:
                onEvent(new RulesRefused(refused.Generation, refused.Sentence));
                break;
            case WorkerMessage.Said said:
                _voice.Hear(said.Facility, said.Level, said.Sentence);
                break;
            case WorkerMessage.Obeyed obeyed:
                onEvent(new OrderObeyed(obeyed.Ticket));
                break;
        }
    }
}
