using System.Collections.Immutable;
using Mcr.Actors.Control;

namespace Mcr.Actors.Console;

/// <summary>
/// Who has said hello, who has proven it, and what each asks just now. Immutable and pure: one method is one thing that happened, and returns the next state and what
/// is to be done about it, in order. Times are of any clock that does not jump.
/// </summary>
internal sealed record ConsoleSessions(string Node, string Version)
{
    public const int MaxSessions = 64;

    /// <summary>Of those who have said hello and no more; the oldest is forgotten for one more.</summary>
    public const int MaxUnproven = 64;

    public static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan LongestProof = TimeSpan.FromSeconds(10);

    /// <summary>From the first part of a request to its last.</summary>
    public static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(10);

    /// <summary>For a console to take more of its answer.</summary>
    public static readonly TimeSpan LongestTaking = TimeSpan.FromSeconds(30);

    private ImmutableDictionary<long, Unproven> Challenges { get; init; } = ImmutableDictionary<long, Unproven>.Empty;

    private ImmutableDictionary<string, ConsoleSession> Sessions { get; init; } = ImmutableDictionary<string, ConsoleSession>.Empty;

    public int Count => Sessions.Count;

    public int UnprovenCount => Challenges.Count;

    /// <summary>Bytes of requests and answers that are kept for sessions.</summary>
    public long Held => Sessions.Values.Sum(s => s.Stage switch
    {
        ConsoleStage.Receiving receiving => receiving.Got.Sum(part => (long)part.Length),
        ConsoleStage.Sending sending => sending.Bytes.Length,
        _ => 0,
    });

    /// <param name="identity">Whose certificate it is; null when it was refused.</param>
    /// <param name="own">This mcrd's certificate, DER; empty where none is asked for, and everybody may do everything.</param>
    /// <param name="fresh">Of random numbers, for this alone.</param>
    public ConsoleStep Hello(ConsoleMessage.Hello hello, ConsoleIdentity? identity, string? refusal, byte[] own, string from, ConsoleFresh fresh, TimeSpan now)
    {
        if (hello.Version != ConsoleProtocol.Version)
            return Refuse(0, $"mcrctl speaks version {hello.Version} of the console's protocol and node {Node} version {ConsoleProtocol.Version}; use the mcrctl that came with it", hasSession: false);
        if (identity is null)
        {
            string why = refusal ?? "its certificate is not accepted";
            return Refuse(0, why, hasSession: false).And(new ConsoleEffect.Say($"a console at {from} was refused: {why}", IsWarning: true));
        }

        if (own.Length == 0)
            return Begin(identity, from, fresh, now);
        ImmutableDictionary<long, Unproven> room = Challenges.Count < MaxUnproven ? Challenges : Challenges.Remove(Challenges.MinBy(c => c.Value.Began).Key);
        ConsoleSessions next = this with { Challenges = room.SetItem(fresh.Number, new Unproven(identity, hello.Nonce, fresh.Nonce, own, from, now)) };
        return new ConsoleStep(next, [new ConsoleEffect.Reply(new ConsoleMessage.Challenge(fresh.Number, fresh.Nonce, own))]);
    }

    /// <summary>A challenge is good for one proof, right or wrong, from where it went.</summary>
    public ConsoleStep Proof(ConsoleMessage.Proof proof, string from, ConsoleFresh fresh, TimeSpan now)
    {
        if (!Challenges.TryGetValue(proof.Number, out Unproven? asked) || asked.From != from || now - asked.Began > LongestProof)
            return Refuse(0, $"node {Node} has not asked for that proof, has had it, or has waited too long for it; say hello first", hasSession: false);
        ConsoleSessions next = this with { Challenges = Challenges.Remove(proof.Number) };
        if (ConsoleProof.IsOf(asked.Identity.Certificate, proof.Signature, asked.ClientNonce, asked.ServerNonce, proof.Number, asked.Own))
            return next.Begin(asked.Identity, from, fresh, now);
        string why = $"whoever says to be '{asked.Identity.Name}' has not the key of that certificate, or means another server than node {Node}";
        return next.Refuse(0, why, hasSession: false).And(new ConsoleEffect.Say($"a console at {from} was refused: {why}", IsWarning: true));
    }

    /// <param name="from">A token counts from the address that it was given to: whoever else has it is another.</param>
    public ConsoleStep Request(ConsoleMessage.Request request, string from, TimeSpan now)
    {
        if (Find(request.Token, from) is not { } known)
            return NoSession(request.Id);
        if (known is { IsRefused: true, Stage: not ConsoleStage.Answering })
            return (this with { Sessions = Sessions.Remove(known.Token) }).NoSession(request.Id);
        ConsoleSession session = known with { Heard = now };
        if (session.Stage is ConsoleStage.Answering)
            return Keep(session).Refuse(request.Id, "the request before is not answered yet; one at a time", hasSession: true);
        ConsoleStage.Receiving? begun = session.Stage as ConsoleStage.Receiving;
        if (request.Part == 0)
            begun = null; // the one before was given up
        if (begun is null && request.Id <= session.LastId)
            return Keep(session with { Stage = new ConsoleStage.Idle() }).Refuse(request.Id, $"request {request.Id} was there already; each has a greater number than the one before", hasSession: true);
        ImmutableList<byte[]> got = begun?.Got ?? [];
        string? problem = begun is not null && (request.Id != begun.Id || request.Parts != begun.Parts) ? $"a part of request {request.Id} came within request {begun.Id}"
            : begun is not null && now - begun.Began > LongestRequest ? $"it did not arrive within {LongestRequest.TotalSeconds:0} s of its first part"
            : ConsoleParts.Problem(request.Part, request.Parts, request.Bytes.Length, got.Count, session.LongestRequest);
        session = session with { LastId = request.Id };
        if (problem is not null)
            return Keep(session with { Stage = new ConsoleStage.Idle() }).Refuse(request.Id, $"the request cannot be taken: {problem}", hasSession: true);
        got = got.Add(request.Bytes);
        if (got.Count < request.Parts)
            return new ConsoleStep(Keep(session with { Stage = new ConsoleStage.Receiving(request.Id, request.Parts, got, begun?.Began ?? now) }), []);
        var peer = ControlPeer.OfConsole(session.Identity.Name, session.Identity.MayChange);
        return new ConsoleStep(
            Keep(session with { Stage = new ConsoleStage.Answering(request.Id) }),
            [new ConsoleEffect.Handle(session.Token, request.Id, peer, [.. got.SelectMany(part => part)])]);
    }

    /// <summary>The relay has an answer to a request.</summary>
    /// <param name="isLast">The session ends with it.</param>
    public ConsoleStep Answered(string token, long id, byte[] response, bool isLast, TimeSpan now)
    {
        if (!Sessions.TryGetValue(token, out ConsoleSession? session) || session.Stage is not ConsoleStage.Answering answering || answering.Id != id)
            return new ConsoleStep(this, []); // its console has gone
        (ConsoleStage next, ImmutableArray<ConsoleEffect> effects) = Send(id, response, 0, ConsoleProtocol.Window);
        if (isLast)
            return new ConsoleStep(this with { Sessions = Sessions.Remove(token) }, effects).And(new ConsoleEffect.Say($"the session of console {session.Identity.Name} was ended", IsWarning: true));
        return new ConsoleStep(KeepUntilAnswered(session with { Stage = next, Heard = now }), effects);
    }

    /// <inheritdoc cref="Request"/>
    public ConsoleStep Taken(ConsoleMessage.Taken taken, string from, TimeSpan now)
    {
        if (Find(taken.Token, from) is not { } session)
            return NoSession(taken.Id);
        if (session.Stage is not ConsoleStage.Sending sending || sending.Id != taken.Id || taken.Part < 0 || taken.Part >= sending.Sent)
            return new ConsoleStep(Keep(session with { Heard = now }), []);
        (ConsoleStage next, ImmutableArray<ConsoleEffect> effects) = Send(sending.Id, sending.Bytes, sending.Sent, taken.Part + 1 + ConsoleProtocol.Window);
        return new ConsoleStep(KeepUntilAnswered(session with { Stage = next, Heard = now }), effects);
    }

    /// <summary>Who may do what has changed. Who is not allowed any more gets the answer to what was asked before, and no other.</summary>
    /// <param name="judge">Gets a certificate.</param>
    public ConsoleStep Judge(Func<byte[], (ConsoleIdentity? Identity, string? Refusal)> judge)
    {
        ConsoleSessions next = this;
        ImmutableArray<ConsoleEffect> said = [];
        foreach ((long number, Unproven unproven) in Challenges)
        {
            ConsoleIdentity? identity = judge(unproven.Identity.Certificate).Identity;
            next = next with { Challenges = identity is null ? next.Challenges.Remove(number) : next.Challenges.SetItem(number, unproven with { Identity = identity }) };
        }

        foreach (ConsoleSession session in Sessions.Values)
        {
            (ConsoleIdentity? identity, string? refusal) = judge(session.Identity.Certificate);
            if (identity is not null)
            {
                next = next.Keep(session with { Identity = identity, IsRefused = false });
                continue;
            }

            next = session.Stage is ConsoleStage.Answering or ConsoleStage.Sending ? next.Keep(session with { IsRefused = true }) : next with { Sessions = next.Sessions.Remove(session.Token) };
            said = said.Add(new ConsoleEffect.Say($"console {session.Identity.Name} at {session.Address} is refused from now on, and its session has ended: {refusal}", IsWarning: true));
        }

        return new ConsoleStep(next, said);
    }

    /// <inheritdoc cref="Request"/>
    public ConsoleStep Goodbye(ConsoleMessage.Goodbye goodbye, string from) => End(s => s.Token == goodbye.Token && s.Address == from, "has said goodbye");

    /// <summary>Nothing comes from there any more.</summary>
    public ConsoleStep Gone(string address) => (this with { Challenges = Challenges.RemoveRange(Challenges.Where(c => c.Value.From == address).Select(c => c.Key)) }).End(s => s.Address == address, "has gone");

    /// <summary>Time passes.</summary>
    public ConsoleStep Tick(TimeSpan now)
    {
        ConsoleSessions next = this with
        {
            Challenges = Challenges.RemoveRange(Challenges.Where(c => now - c.Value.Began > LongestProof).Select(c => c.Key)),
            Sessions = Sessions.RemoveRange(Sessions.Where(s => s.Value.IsRefused && IsStuck(s.Value)).Select(s => s.Key)).SetItems(Sessions.Where(s => !s.Value.IsRefused && IsStuck(s.Value)).Select(s => KeyValuePair.Create(s.Key, s.Value with { Stage = new ConsoleStage.Idle() }))),
        };
        return next.End(s => s.Stage is not ConsoleStage.Answering && now - s.Heard > LongestIdle, $"has said nothing for {LongestIdle.TotalMinutes:0} min");

        bool IsStuck(ConsoleSession session) => session.Stage switch
        {
            ConsoleStage.Receiving receiving => now - receiving.Began > LongestRequest,
            ConsoleStage.Sending => now - session.Heard > LongestTaking,
            _ => false,
        };
    }

    private static (ConsoleStage Next, ImmutableArray<ConsoleEffect> Effects) Send(long id, byte[] bytes, int from, int to)
    {
        int parts = ConsoleParts.Count(bytes.Length);
        int end = Math.Min(parts, to);
        ImmutableArray<ConsoleEffect> effects = [.. Enumerable.Range(from, Math.Max(0, end - from)).Select(part => new ConsoleEffect.Reply(new ConsoleMessage.Response(id, part, parts) { Bytes = ConsoleParts.Part(bytes, part) }))];
        return (end < parts ? new ConsoleStage.Sending(id, bytes, Math.Max(from, end)) : new ConsoleStage.Idle(), effects);
    }

    private ConsoleStep Begin(ConsoleIdentity identity, string from, ConsoleFresh fresh, TimeSpan now)
    {
        if (Sessions.Count >= MaxSessions)
            return Refuse(0, $"node {Node} has all of its {MaxSessions} console sessions in use; end some, or try again later", hasSession: false).And(new ConsoleEffect.Say($"console {identity.Name} at {from} was refused: all {MaxSessions} sessions are in use", IsWarning: true));
        return new ConsoleStep(
            Keep(new ConsoleSession(fresh.Token, from, identity, now)),
            [
                new ConsoleEffect.Reply(new ConsoleMessage.Welcome(fresh.Token, Node, Version, identity.Name, identity.MayChange)),
                new ConsoleEffect.Say($"console {identity.Name} at {from} may {(identity.MayChange ? "do everything" : "ask")}", IsWarning: false),
            ]);
    }

    private ConsoleStep End(Func<ConsoleSession, bool> isIt, string why)
    {
        ConsoleSession[] ended = [.. Sessions.Values.Where(isIt)];
        return new ConsoleStep(
            this with { Sessions = Sessions.RemoveRange(ended.Select(s => s.Token)) },
            [.. ended.Select(s => new ConsoleEffect.Say($"console {s.Identity.Name} at {s.Address} {why}", IsWarning: false))]);
    }

    private ConsoleSession? Find(string token, string from) => Sessions.TryGetValue(token, out ConsoleSession? session) && session.Address == from ? session : null;

    /// <summary>Who is not allowed any more has had its answer.</summary>
    private ConsoleSessions KeepUntilAnswered(ConsoleSession session) =>
        session is { IsRefused: true, Stage: ConsoleStage.Idle } ? this with { Sessions = Sessions.Remove(session.Token) } : Keep(session);

    private ConsoleSessions Keep(ConsoleSession session) => this with { Sessions = Sessions.SetItem(session.Token, session) };

    private ConsoleStep NoSession(long id) => Refuse(id, $"node {Node} knows no such session: it has ended, or mcrd was started again; begin another", hasSession: false);

    private ConsoleStep Refuse(long id, string sentence, bool hasSession) => new(this, [new ConsoleEffect.Reply(new ConsoleMessage.Refused(id, sentence, hasSession))]);

    private sealed record Unproven(ConsoleIdentity Identity, byte[] ClientNonce, byte[] ServerNonce, byte[] Own, string From, TimeSpan Began);
}

/// <param name="Number">Of a challenge.</param>
/// <param name="Token">Of a session.</param>
internal sealed record ConsoleFresh(long Number, byte[] Nonce, string Token);

internal readonly record struct ConsoleStep(ConsoleSessions Next, ImmutableArray<ConsoleEffect> Effects)
{
    public ConsoleStep And(ConsoleEffect effect) => this with { Effects = Effects.Add(effect) };
}
