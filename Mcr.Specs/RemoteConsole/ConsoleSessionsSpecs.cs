using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Console;
using Mcr.Actors.Control;
using Mcr.Specs.Cluster.Tls;

namespace Mcr.Specs.RemoteConsole;

public sealed class ConsoleSessionsSpecs : IDisposable
{
    private readonly CertificateLab _lab = new();
    private readonly X509Certificate2 _server;
    private readonly ConsoleAccess _access;
    private ConsoleSessions _sessions = new("a", "1");
    private int _fresh;

    public ConsoleSessionsSpecs()
    {
        _server = _lab.Node();
        _access = new ConsoleAccess("a", CertificatePolicy.ForConsoles(_lab.Files(_server)), ["alice"], ["Bob"], ["relay-b"]);
    }

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData("ALICE", true)]
    [InlineData("bob", false)]
    public void A_console_that_proves_its_name_should_have_the_rights_of_it(string name, bool mayChange)
    {
        using X509Certificate2 console = _lab.Console(name);

        Assert.Equal(mayChange, Begin(console).MayChange);
        ConsoleEffect.Handle handle = Assert.IsType<ConsoleEffect.Handle>(Assert.Single(Request(Begin(console).Token, 1, "{}")));
        Assert.Equal((mayChange, $"console {(mayChange ? "alice" : "Bob")}", "{}"), (handle.Peer.MayChange, handle.Peer.Who, Encoding.UTF8.GetString(handle.Bytes)));
    }

    [Fact]
    public void Another_node_should_be_a_reader_and_a_console_that_bears_its_name_nothing()
    {
        using X509Certificate2 node = _lab.Node("relay-b");
        using X509Certificate2 console = _lab.Console("relay-b");

        Assert.False(Begin(node).MayChange);
        Assert.Contains("no name that is in mcr.console.admins", Refusal(Hello(console)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_certificate_no_certificate_and_garbage_should_be_refused()
    {
        using var other = new CertificateLab();
        using X509Certificate2 foreign = other.Console("alice");

        Assert.Contains("is not issued by an authority", Refusal(Hello(foreign)).Sentence, StringComparison.Ordinal);
        Assert.Contains("with a certificate only", Refusal(Hello([])).Sentence, StringComparison.Ordinal);
        Assert.Contains("cannot read", Refusal(Hello([1, 2, 3])).Sentence, StringComparison.Ordinal);
        Assert.Equal((0, 0), (_sessions.UnprovenCount, _sessions.Count));
    }

    [Fact]
    public void A_proof_should_be_good_once()
    {
        using X509Certificate2 alice = _lab.Console();
        (ConsoleMessage.Challenge challenge, byte[] nonce) = Challenge(alice);
        var proof = new ConsoleMessage.Proof(challenge.Number, ConsoleProof.Sign(alice, nonce, challenge.Nonce, challenge.Number, challenge.Certificate));

        Assert.IsType<ConsoleMessage.Welcome>(Reply(Do(_sessions.Proof(proof, "x", Fresh(), default))));
        Assert.False(Refusal(Do(_sessions.Proof(proof, "x", Fresh(), default))).HasSession);
        Challenge(alice);
        Refusal(Do(_sessions.Proof(proof, "x", Fresh(), default)));
        Assert.Equal(1, _sessions.Count);
    }

    [Fact]
    public void A_proof_for_another_server_by_another_key_for_another_challenge_or_too_late_should_be_refused()
    {
        using X509Certificate2 alice = _lab.Console(), bob = _lab.Console("bob"), other = _lab.Node("relay-b");

        Refuse((c, nonce) => ConsoleProof.Sign(alice, nonce, c.Nonce, c.Number, other.RawData));
        Refuse((c, nonce) => ConsoleProof.Sign(bob, nonce, c.Nonce, c.Number, c.Certificate));
        Refuse((c, nonce) => ConsoleProof.Sign(alice, nonce, c.Nonce, c.Number + 1, c.Certificate));
        Refuse((c, nonce) => ConsoleProof.Sign(alice, c.Nonce, nonce, c.Number, c.Certificate));
        Refuse((c, nonce) => []);
        Refuse((c, nonce) => ConsoleProof.Sign(alice, nonce, c.Nonce, c.Number, c.Certificate), after: 10.1);
        Assert.Equal(0, _sessions.Count);

        void Refuse(Func<ConsoleMessage.Challenge, byte[], byte[]> sign, double after = 0)
        {
            (ConsoleMessage.Challenge challenge, byte[] nonce) = Challenge(alice);
            Assert.False(Refusal(Do(_sessions.Proof(new ConsoleMessage.Proof(challenge.Number, sign(challenge, nonce)), "x", Fresh(), TimeSpan.FromSeconds(after)))).HasSession);
        }
    }

    [Fact]
    public void A_proof_should_be_good_from_where_the_challenge_went_only()
    {
        using X509Certificate2 alice = _lab.Console();
        (ConsoleMessage.Challenge challenge, byte[] nonce) = Challenge(alice);
        var proof = new ConsoleMessage.Proof(challenge.Number, ConsoleProof.Sign(alice, nonce, challenge.Nonce, challenge.Number, challenge.Certificate));

        Assert.False(Refusal(Do(_sessions.Proof(proof, "y", Fresh(), default))).HasSession);
        Assert.IsType<ConsoleMessage.Welcome>(Reply(Do(_sessions.Proof(proof, "x", Fresh(), default))));
    }

    /// <summary>Who has got hold of an admin's token is somewhere else all the same.</summary>
    [Fact]
    public void A_token_should_be_of_no_use_at_another_address()
    {
        using X509Certificate2 alice = _lab.Console();
        string token = Begin(alice).Token;

        Assert.False(Refusal(Do(_sessions.Request(new ConsoleMessage.Request(token, 1, 0, 1) { Bytes = [1] }, "y", default))).HasSession);
        Assert.IsType<ConsoleEffect.Handle>(Assert.Single(Request(token, 1, "{}")));
        Do(_sessions.Answered(token, 1, new byte[20 * ConsoleProtocol.PartBytes], isLast: false, default));
        Assert.False(Refusal(Do(_sessions.Taken(new ConsoleMessage.Taken(token, 1, 0), "y", default))).HasSession);
        Do(_sessions.Goodbye(new ConsoleMessage.Goodbye(token), "y"));
        Assert.Equal(1, _sessions.Count);
        Do(_sessions.Goodbye(new ConsoleMessage.Goodbye(token), "x"));
        Assert.Equal(0, _sessions.Count);
    }

    [Fact]
    public void Names_that_are_not_allowed_any_more_should_end_sessions_and_others_have_the_rights_of_now()
    {
        using X509Certificate2 alice = _lab.Console(), bob = _lab.Console("bob");
        string alices = Begin(alice).Token, bobs = Begin(bob).Token;
        (ConsoleMessage.Challenge challenge, byte[] nonce) = Challenge(alice);
        Assert.IsType<ConsoleEffect.Handle>(Assert.Single(Request(alices, 1, "{}")));

        ConsoleAccess access = _access with { Admins = ["bob"], Readers = [] };
        ConsoleEffect.Say said = Assert.IsType<ConsoleEffect.Say>(Assert.Single(Do(_sessions.Judge(certificate => access.Judge(certificate, CertificateLab.Now)))));
        Assert.StartsWith("console alice at x is refused from now on, and its session has ended: certificate 'alice' is in order, but has no name that is in mcr.console.admins", said.Sentence, StringComparison.Ordinal);
        Assert.True(Assert.IsType<ConsoleEffect.Handle>(Assert.Single(Request(bobs, 1, "{}"))).Peer.MayChange);
        Assert.False(Refusal(Do(_sessions.Proof(new ConsoleMessage.Proof(challenge.Number, ConsoleProof.Sign(alice, nonce, challenge.Nonce, challenge.Number, challenge.Certificate)), "x", Fresh(), default))).HasSession);

        // What was asked before is answered.
        Assert.IsType<ConsoleMessage.Response>(Reply(Do(_sessions.Answered(alices, 1, [1], isLast: false, default))));
        Assert.False(Refusal(Request(alices, 2, "{}")).HasSession);
        Assert.Equal(1, _sessions.Count);
    }

    /// <summary>What was asked when it was allowed is answered to the last part, or given up as ever.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_is_refused_while_an_answer_is_under_way_should_get_all_of_it(bool takes)
    {
        using X509Certificate2 alice = _lab.Console();
        string token = Begin(alice).Token;
        byte[] answer = RandomNumberGenerator.GetBytes(40 * ConsoleProtocol.PartBytes);
        Request(token, 1, "{}");
        var got = new List<ConsoleMessage.Response>(Responses(Do(_sessions.Answered(token, 1, answer, isLast: false, default))));
        ConsoleAccess access = _access with { Admins = ["bob"], Readers = [] };
        Do(_sessions.Judge(certificate => access.Judge(certificate, CertificateLab.Now)));
        for (int i = 0; takes && i < got.Count && got.Count < 40; i++)
            got.AddRange(Responses(Do(_sessions.Taken(new ConsoleMessage.Taken(token, 1, i), "x", default))));
        Do(_sessions.Tick(ConsoleSessions.LongestTaking + TimeSpan.FromSeconds(1)));
        Assert.Equal((takes ? 40 : ConsoleProtocol.Window, 0), (got.Count, _sessions.Count));
        Assert.False(Refusal(Request(token, 2, "{}")).HasSession);
    }

    [Fact]
    public void Who_only_says_hello_should_take_bounded_room_and_sessions_be_bounded()
    {
        using X509Certificate2 alice = _lab.Console();
        for (int i = 0; i < 200; i++)
            Challenge(alice);
        Assert.Equal(ConsoleSessions.MaxUnproven, _sessions.UnprovenCount);

        for (int i = 0; i < ConsoleSessions.MaxSessions; i++)
            Begin(alice);
        Assert.Contains("all of its 64 console sessions", Refusal(Prove(alice)).Sentence, StringComparison.Ordinal);
        Do(_sessions.Gone("x"));
        Assert.Equal((0, 0), (_sessions.Count, _sessions.UnprovenCount));
    }

    [Fact]
    public void A_session_that_says_nothing_should_end()
    {
        using X509Certificate2 alice = _lab.Console();
        string token = Begin(alice).Token;

        Do(_sessions.Tick(ConsoleSessions.LongestIdle));
        Assert.Equal(1, _sessions.Count);
        Do(_sessions.Tick(ConsoleSessions.LongestIdle + TimeSpan.FromSeconds(1)));
        Assert.False(Refusal(Request(token, 1, "{}")).HasSession);
    }

    [Fact]
    public void Parts_should_become_a_request_and_what_is_out_of_order_too_large_or_there_twice_nothing()
    {
        using X509Certificate2 alice = _lab.Console(), bob = _lab.Console("bob");
        string token = Begin(alice).Token, reader = Begin(bob).Token;
        byte[] whole = RandomNumberGenerator.GetBytes((2 * ConsoleProtocol.PartBytes) + 5);

        Assert.Empty(Part(token, 1, 0, 3, ConsoleParts.Part(whole, 0)));
        Assert.Empty(Part(token, 1, 1, 3, ConsoleParts.Part(whole, 1)));
        Assert.Equal(whole, Assert.IsType<ConsoleEffect.Handle>(Assert.Single(Part(token, 1, 2, 3, ConsoleParts.Part(whole, 2)))).Bytes);
        Assert.Contains("one at a time", Refusal(Part(token, 2, 0, 1, [1])).Sentence, StringComparison.Ordinal);
        Do(_sessions.Answered(token, 1, [1], isLast: false, default));
        Assert.Contains("was there already", Refusal(Part(token, 1, 0, 1, [1])).Sentence, StringComparison.Ordinal);
        Refusal(Part(token, 2, 1, 3, ConsoleParts.Part(whole, 1)));
        Refusal(Part(token, 3, 0, 3, [1]));
        Refusal(Part(token, 4, 0, int.MaxValue, ConsoleParts.Part(whole, 0)));
        Refusal(Part(token, 5, 0, -1, [1]));
        Assert.Contains("longer than the 65536", Refusal(Part(reader, 1, 0, 2, ConsoleParts.Part(whole, 0))).Sentence, StringComparison.Ordinal);
        Assert.Equal(0, _sessions.Held);
    }

    [Fact]
    public void A_large_answer_should_go_in_parts_as_they_are_taken_and_be_given_up_when_they_are_not()
    {
        using X509Certificate2 alice = _lab.Console();
        string token = Begin(alice).Token;
        byte[] answer = RandomNumberGenerator.GetBytes(100 * ConsoleProtocol.PartBytes);
        Request(token, 1, "{}");
        var got = new List<ConsoleMessage.Response>(Responses(Do(_sessions.Answered(token, 1, answer, isLast: false, default))));
        Assert.Equal(ConsoleProtocol.Window, got.Count);

        for (int i = 0; i < got.Count; i++)
            got.AddRange(Responses(Do(_sessions.Taken(new ConsoleMessage.Taken(token, 1, i), "x", default))));
        Assert.Equal(answer, got.SelectMany(r => r.Bytes));
        Assert.Equal(0, _sessions.Held);

        Request(token, 2, "{}");
        Do(_sessions.Answered(token, 2, answer, isLast: false, default));
        Do(_sessions.Tick(ConsoleSessions.LongestTaking + TimeSpan.FromSeconds(1)));
        Assert.Equal((1, 0L), (_sessions.Count, _sessions.Held));
    }

    private static ConsoleMessage Reply(IReadOnlyList<ConsoleEffect> effects) => Assert.Single(effects.OfType<ConsoleEffect.Reply>()).Message;

    private static ConsoleMessage.Refused Refusal(IReadOnlyList<ConsoleEffect> effects) => Assert.IsType<ConsoleMessage.Refused>(Reply(effects));

    private static IEnumerable<ConsoleMessage.Response> Responses(IReadOnlyList<ConsoleEffect> effects) => effects.OfType<ConsoleEffect.Reply>().Select(r => Assert.IsType<ConsoleMessage.Response>(r.Message));

    private ConsoleFresh Fresh() => new(++_fresh, RandomNumberGenerator.GetBytes(ConsoleProtocol.NonceBytes), $"token {_fresh}");

    private IReadOnlyList<ConsoleEffect> Do(ConsoleStep step)
    {
        _sessions = step.Next;
        return step.Effects;
    }

    private IReadOnlyList<ConsoleEffect> Hello(X509Certificate2 console) => Hello(console.RawData);

    private IReadOnlyList<ConsoleEffect> Hello(byte[] certificate, byte[]? nonce = null)
    {
        (ConsoleIdentity? identity, string? refusal) = _access.Judge(certificate, CertificateLab.Now);
        return Do(_sessions.Hello(new ConsoleMessage.Hello(ConsoleProtocol.Version, certificate, nonce ?? new byte[ConsoleProtocol.NonceBytes]), identity, refusal, _server.RawData, "x", Fresh(), default));
    }

    private (ConsoleMessage.Challenge Challenge, byte[] Nonce) Challenge(X509Certificate2 console)
    {
        byte[] nonce = RandomNumberGenerator.GetBytes(ConsoleProtocol.NonceBytes);
        return (Assert.IsType<ConsoleMessage.Challenge>(Reply(Hello(console.RawData, nonce))), nonce);
    }

    private IReadOnlyList<ConsoleEffect> Prove(X509Certificate2 console)
    {
        (ConsoleMessage.Challenge challenge, byte[] nonce) = Challenge(console);
        return Do(_sessions.Proof(new ConsoleMessage.Proof(challenge.Number, ConsoleProof.Sign(console, nonce, challenge.Nonce, challenge.Number, challenge.Certificate)), "x", Fresh(), default));
    }

    private ConsoleMessage.Welcome Begin(X509Certificate2 console) => Assert.IsType<ConsoleMessage.Welcome>(Reply(Prove(console)));

    private IReadOnlyList<ConsoleEffect> Request(string token, long id, string text) => Part(token, id, 0, 1, Encoding.UTF8.GetBytes(text));

    private IReadOnlyList<ConsoleEffect> Part(string token, long id, int part, int parts, byte[] bytes) => Do(_sessions.Request(new ConsoleMessage.Request(token, id, part, parts) { Bytes = bytes }, "x", default));
}
