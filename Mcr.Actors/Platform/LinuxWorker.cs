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
    private WorkerPulse? _pulse;
    private Func<int, OutputSocket> _socket = _ => throw new InvalidOperationException("the worker has not been greeted");

    /// <param name="isRealtime">Its loop goes before ordinary threads.</param>
    internal LinuxWorker(LinuxStandby standby, bool isRealtime, Action<WorkerEvent> onEvent)
    {
        _isRealtime = isRealtime;
        _process = standby.Take(
            message => Report(message, onEvent),
            (how, clean) => onEvent(new WorkerExited(how, clean)));
    }

    public int Pid => _process.Pid;

    public void Send(WorkerCommand command)
    {
        switch (command)
        {
            case UseSockets use:
                foreach (int[] ids in use.Ids.Chunk(WorkerMessage.MaxDescriptors))
                {
                    OutputSocket[] sockets = [.. ids.Select(_socket)];
                    ImmutableArray<PassedSocket> items = [.. ids.Zip(sockets, (id, socket) => new PassedSocket(id, socket.Kind, socket.LinkAddress))];
                    _process.Send(new WorkerMessage.Sockets(items), [.. sockets.Select(s => s.Descriptor)]);
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
        _pulse?.Dispose();
        _process.Dispose();
    }

    /// <summary>The first message: what to receive from, where to count.</summary>
    internal void Greet(FileDescriptor slot, FileDescriptor ingress, WorkerOptions options, Func<int, OutputSocket> socket)
    {
        _socket = socket;
        _pulse = new WorkerPulse(slot);
        _process.Send(new WorkerMessage.Hello(options, IngressSockets: 1), [slot, ingress]);
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
            case WorkerMessage.Obeyed obeyed:
                onEvent(new OrderObeyed(obeyed.Ticket));
                break;
        }
    }
}
