using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Event;
using Akka.Remote;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;

namespace Mcr.Actors.Console;

/// <summary>
/// A console's end: an ActorSystem of its own that nobody connects to, and one conversation at a time. Synchronous, like that of the control socket. Not
/// thread-safe.
/// </summary>
public sealed class ConsoleClient : IControlLink
{
    /// <summary>For mcrd to answer, before it is asked in another way why it does not.</summary>
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(1);

    /// <summary>For the place to answer that other way.</summary>
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);

    /// <summary>For what has answered there to be mcrd's console after all. The three together are five seconds, and the last begins soon or never.</summary>
    private static readonly TimeSpan SecondLimit = TimeSpan.FromSeconds(2);

    /// <summary>For a port to be made anew.</summary>
    private static readonly TimeSpan AgainLimit = TimeSpan.FromSeconds(5);

    /// <summary>Longer than Akka waits before it dials again.</summary>
    private static readonly TimeSpan AgainInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Of its ActorSystem's name: whoever would have what is sent to this console has to guess it.</summary>
    private const int NameBytes = 16;

    private readonly HostPort _place;
    private readonly CertificateFiles? _files;
    private readonly TimeSpan _patience;
    private readonly ActorSystem _system;
    private readonly Channel<object> _received = Channel.CreateUnbounded<object>();
    private readonly IActorRef _receiver;
    private readonly ActorSelection _console;
    private readonly object _certificateLock = new();
    private byte[]? _seen;
    private string? _refused;
    private string _token = "";
    private long _id;

    private ConsoleClient(HostPort place, CertificateFiles? files, TimeSpan patience)
    {
        _place = place;
        _files = files;
        _patience = patience;
        PeerTls? tls = files is null ? null : new PeerTls(files, CertificatePolicy.ForNodes(files, []), (_, why) => _refused = why, TimeProvider.System) { Accepted = certificate => Remember(certificate.RawData) };
        RemoteParts parts = RemoteConfig.ForClient(tls);
        _system = ActorSystem.Create(NewName(), ActorSystemSetup.Create([BootstrapSetup.Create().WithConfig(ConsoleConfig.Client.WithFallback(ConsoleConfig.Serialization).WithFallback(parts.Config)), .. parts.Setups]));
        ChannelWriter<object> received = _received.Writer;
        _receiver = _system.ActorOf(Props.Create(() => new Receiver(received)));
        _ = _system.WhenTerminated.ContinueWith(_ => received.TryComplete(), TaskScheduler.Default); // Akka ends it when a handshake fails
        _console = _system.ActorSelection($"akka.{(files is null ? "tcp" : "ssl.tcp")}://{ConsoleProtocol.SystemName}@{place}{ConsoleProtocol.Path}");
        foreach (Type ended in new[] { typeof(DisassociatedEvent), typeof(AssociationErrorEvent) })
            _system.EventStream.Subscribe(_receiver, ended);
    }

    /// <summary>Of the node at the other end.</summary>
    public string Node { get; private set; } = "";

    /// <summary>By which this console is known there.</summary>
    public string Name { get; private set; } = "";

    public bool MayChange { get; private set; }

    /// <param name="files">What is shown; null: plain text.</param>
    /// <param name="patience">For each answer.</param>
    /// <exception cref="ControlClientException">it cannot be, within five seconds, and the sentence says why.</exception>
    public static ConsoleClient Connect(HostPort place, CertificateFiles? files, TimeSpan patience)
    {
        var client = new ConsoleClient(place, files, patience);
        try
        {
            client.Begin();
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ControlResponse Ask(ControlRequest request)
    {
        byte[] json = AskJson(request);
        try
        {
            return ResponseCodec.Decode(json);
        }
        catch (InvalidDataException e)
        {
            throw NotUnderstood(e);
        }
    }

    /// <inheritdoc/>
    public byte[] AskJson(ControlRequest request)
    {
        byte[] bytes = RequestCodec.Encode(request);
        if (bytes.Length > ControlProtocol.MaxRequestBytes)
            throw new ControlClientException(ControlClientProblem.Broken, $"the request has {bytes.Length} bytes and at most {ControlProtocol.MaxRequestBytes} can be sent; ask for less at once");
        bool mayRepeat = ControlAccess.OnlyAsks(request);
        if (!HasEnded() && TrySend(bytes, mayRepeat) is { } answer)
            return answer;
        BeginAgain(); // mcrd was started again, or its port was made anew, or this console was away for long: nothing has been done
        return TrySend(bytes, mayRepeat: false) ?? throw new ControlClientException(ControlClientProblem.Broken, $"node {Node} ends each session at once; its log may say why");
    }

    public void Dispose()
    {
        if (_token.Length > 0)
            Tell(new ConsoleMessage.Goodbye(_token));
        _ = _system.Terminate();
    }

    /// <summary>
    /// mcrd answers to the address that is claimed, on whichever connection claims it, and all consoles have one of 127.0.0.1 and a port. So the name is one that nobody else has, by
    /// chance or by intent.
    /// </summary>
    internal static string NewName() => $"mcrctl-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes))}";

    /// <summary>Where there was one just now: it may be about to listen again.</summary>
    private void BeginAgain()
    {
        long until = Until(AgainLimit);
        while (true)
        {
            try
            {
                Begin();
                return;
            }
            catch (ControlClientException e) when (e.Kind == ControlClientProblem.NotRunning && Stopwatch.GetTimestamp() < until)
            {
                Thread.Sleep(AgainInterval);
            }
        }
    }

    private void Begin()
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(ConsoleProtocol.NonceBytes);
        _token = "";
        if (TryBegin(nonce, FirstLimit))
            return;
        Probed probed = TlsProbe.AskAsync(_place, _files, _files is null ? null : CertificatePolicy.ForNodes(_files, []), ProbeLimit, TimeProvider.System).GetAwaiter().GetResult();
        if (probed.Problem is { } problem)
            throw new ControlClientException(ControlClientProblem.NotRunning, problem);
        if (!TryBegin(nonce, SecondLimit))
            throw Unanswered();
    }

    /// <summary>Akka says no more than that nobody has answered.</summary>
    private bool TryBegin(byte[] nonce, TimeSpan limit)
    {
        long until = Until(limit);
        Tell(new ConsoleMessage.Hello(ConsoleProtocol.Version, _files?.Own.RawData ?? [], nonce));
        while (true)
        {
            switch (Receive(until))
            {
                case ConsoleMessage.Challenge challenge when _files is not null:
                    // What TLS has shown, not what is said: a node in the middle could say what another has said.
                    if (Seen() is not { } seen || !seen.AsSpan().SequenceEqual(challenge.Certificate))
                        throw new ControlClientException(ControlClientProblem.Broken, $"{_place} says to be another node than the one whose certificate it has shown; something between it and this host passes on what others say");
                    Tell(new ConsoleMessage.Proof(challenge.Number, ConsoleProof.Sign(_files.Own, nonce, challenge.Nonce, challenge.Number, seen)));
                    break;
                case ConsoleMessage.Welcome welcome:
                    (_token, Node, Name, MayChange) = (welcome.Token, welcome.Node, welcome.Name, welcome.MayChange);
                    return true;
                case ConsoleMessage.Refused { Id: 0 } refused:
                    throw new ControlClientException(ControlClientProblem.NotPermitted, refused.Sentence);
                case null or DisassociatedEvent or AssociationErrorEvent:
                    return false;
                default:
                    break; // of a conversation before
            }
        }
    }

    /// <returns>null when there is no session any more, and so the request was not heard, or may be sent once more.</returns>
    private byte[]? TrySend(byte[] bytes, bool mayRepeat)
    {
        long id = ++_id;
        int parts = ConsoleParts.Count(bytes.Length);
        for (int part = 0; part < parts; part++)
            Tell(new ConsoleMessage.Request(_token, id, part, parts) { Bytes = ConsoleParts.Part(bytes, part) });
        long until = Until(_patience);
        ImmutableList<byte[]> got = [];
        while (true)
        {
            switch (Receive(until))
            {
                case ConsoleMessage.Response response when response.Id == id:
                    if (ConsoleParts.Problem(response.Part, response.Parts, response.Bytes.Length, got.Count, ControlProtocol.MaxResponseBytes) is { } problem)
                        throw NotUnderstood(new InvalidDataException(problem));
                    got = got.Add(response.Bytes);
                    if (response.Parts > ConsoleProtocol.Window)
                        Tell(new ConsoleMessage.Taken(_token, id, response.Part));
                    if (got.Count == response.Parts)
                        return Whole(got);
                    break;
                case ConsoleMessage.Refused { HasSession: false } gone when gone.Id == id && got.IsEmpty:
                    return null;
                case ConsoleMessage.Refused refused when refused.Id == id:
                    throw new ControlClientException(ControlClientProblem.Broken, refused.Sentence);
                case DisassociatedEvent or AssociationErrorEvent when mayRepeat:
                    return null;
                case DisassociatedEvent or AssociationErrorEvent:
                    throw new ControlClientException(ControlClientProblem.Broken, $"the connection to node {Node} at {_place} has ended without an answer; it may have done what was asked: look before you ask again");
                case null:
                    throw new ControlClientException(ControlClientProblem.TimedOut, $"node {Node} at {_place} did not answer within {_patience.TotalSeconds:0} s; it may still do what was asked: look before you ask again");
                default:
                    break; // of a request before, which was given up
            }
        }
    }

    private byte[] Whole(ImmutableList<byte[]> parts)
    {
        byte[] json = new byte[parts.Sum(p => p.Length)];
        int at = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(json, at);
            at += part.Length;
        }

        try
        {
            _ = ResponseCodec.Kind(json);
            return json;
        }
        catch (InvalidDataException e)
        {
            throw NotUnderstood(e);
        }
    }

    /// <summary>The connection has ended since the last answer: mcrd was started again, or has shown itself with another certificate.</summary>
    private bool HasEnded()
    {
        bool hasEnded = false;
        while (_received.Reader.TryRead(out object? message))
            hasEnded |= message is DisassociatedEvent or AssociationErrorEvent;
        return hasEnded;
    }

    private void Tell(ConsoleMessage message) => _console.Tell(message, _receiver);

    /// <returns>null when nothing came until then, or nothing can come any more.</returns>
    private object? Receive(long until)
    {
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until);
        if (left <= TimeSpan.Zero)
            return null;
        using var limit = new CancellationTokenSource(left);
        try
        {
            return _received.Reader.ReadAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            return null;
        }
    }

    private static long Until(TimeSpan time) => Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>What TLS has shown last of the other end; on a thread of the transport.</summary>
    private void Remember(byte[] certificate)
    {
        lock (_certificateLock)
            _seen = certificate;
    }

    private byte[]? Seen()
    {
        lock (_certificateLock)
            return _seen;
    }

    private ControlClientException Unanswered() => new(
        ControlClientProblem.NotRunning,
        _refused is { } why ? $"what listens at {_place} is refused here: {why}"
        : _files is null ? $"{_place} answers, but not as mcrd's console: is this the port of its mcr.console.listen, does it ask for certificates (then give --tls-ca, --tls-certificate and --tls-key), and is {_place.Host} the word that its mcr.console.listen or advertise has?"
        : $"{_place} answers, but not as mcrd's console: is this the port of its mcr.console.listen, and is {_place.Host} the word that its mcr.console.listen or advertise has? It obeys no other");

    private ControlClientException NotUnderstood(InvalidDataException e) => new(ControlClientProblem.Broken, $"what listens at {_place} does not answer like mcrd: {e.Message}", e);

    private sealed class Receiver(ChannelWriter<object> received) : UntypedActor
    {
        protected override void OnReceive(object message) => received.TryWrite(message);
    }
}
