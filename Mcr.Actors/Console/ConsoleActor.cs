using System.Security.Cryptography;
using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Mcr.Actors.Control;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Console;

/// <summary>
/// <c>/user/console</c> of the console's ActorSystem, and all of it that can be reached from outside. <see cref="ConsoleSessions"/> decides; requests go where those of the control
/// socket go. What is refused there by name is refused here, too, and noted down alike.
/// </summary>
internal sealed class ConsoleActor : UntypedActor, IWithTimers
{
    public const string Name = "console";

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(5);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ConsoleOptions _options;
    private readonly ControlHandler _handler;
    private ConsoleSessions _sessions;

    public ConsoleActor(ConsoleOptions options)
    {
        _options = options;
        _sessions = new ConsoleSessions(options.Node, options.Version);
        ILoggingAdapter log = _log;
        _handler = new ControlHandler(options.Handle, options.LongestAnswer, sentence => log.Warning("{Sentence}", sentence));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _options.Time.GetElapsedTime(0);

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ConsoleMessage.Hello hello:
                (ConsoleIdentity? identity, string? refusal) = _options.Judge(hello.Certificate);
                Do(_sessions.Hello(hello, identity, refusal, _options.Certificate, From, Fresh(), Now));
                break;
            case ConsoleMessage.Proof proof:
                Do(_sessions.Proof(proof, From, Fresh(), Now));
                break;
            case ConsoleMessage.Request request:
                Do(_sessions.Request(request, From, Now));
                break;
            case ConsoleMessage.Taken taken:
                Do(_sessions.Taken(taken, From, Now));
                break;
            case ConsoleMessage.Goodbye goodbye:
                Do(_sessions.Goodbye(goodbye, From));
                break;
            case Answer answer:
                Do(_sessions.Answered(answer.Token, answer.Id, answer.Bytes, answer.IsLast, Now));
                break;
            case BesideMessages.JudgeAnew:
                Do(_sessions.Judge(_options.Judge));
                break;
            case DisassociatedEvent gone:
                Do(_sessions.Gone($"{gone.RemoteAddress}"));
                break;
            case Tick:
                Do(_sessions.Tick(Now));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private string From => $"{Sender.Path.Address}";

    private static ConsoleFresh Fresh() => new(
        BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))),
        RandomNumberGenerator.GetBytes(ConsoleProtocol.NonceBytes),
        Convert.ToHexString(RandomNumberGenerator.GetBytes(ConsoleProtocol.NonceBytes)));

    private void Do(ConsoleStep step)
    {
        _sessions = step.Next;
        foreach (ConsoleEffect effect in step.Effects)
        {
            switch (effect)
            {
                case ConsoleEffect.Reply reply:
                    Sender.Tell(reply.Message);
                    break;
                case ConsoleEffect.Handle handle:
                    AnswerAsync(handle).PipeTo(Self, Sender);
                    break;
                case ConsoleEffect.Say { IsWarning: true } say:
                    _log.Warning("{Sentence}", say.Sentence);
                    break;
                case ConsoleEffect.Say say:
                    _log.Info("{Sentence}", say.Sentence);
                    break;
            }
        }
    }

    /// <summary>Beside the actor: others may ask meanwhile, and a list of ten thousand rules takes its time to be written.</summary>
    private Task<Answer> AnswerAsync(ConsoleEffect.Handle handle) => Task.Run(
        async () =>
        {
            ControlResponse response;
            try
            {
                response = await _handler.AnswerAsync(RequestCodec.Decode(handle.Bytes), handle.Peer, CancellationToken.None).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                response = new ControlResponse.Error(e.Message);
            }

            return new Answer(handle.Token, handle.Id, ControlHandler.Encode(response), response is ControlResponse.Error { IsLast: true });
        });

    private sealed record Answer(string Token, long Id, byte[] Bytes, bool IsLast) : INoSerializationVerificationNeeded;

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}
