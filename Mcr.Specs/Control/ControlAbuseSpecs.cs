using System.Net.Sockets;
using System.Text;
using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>Whatever one client does ends at worst its own connection.</summary>
public sealed class ControlAbuseSpecs
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Connections_beyond_the_limit_should_be_refused_with_a_sentence_until_one_is_free()
    {
        await using var fixture = new ControlFixture();
        var clients = Enumerable.Range(0, 64).Select(_ => fixture.Connect()).ToList();
        Assert.All(clients, c => Assert.IsType<ControlResponse.Pong>(c.Ask(new ControlRequest.Ping())));

        using (Socket tooMany = fixture.ConnectRaw())
            Assert.StartsWith("mcrd has all of its 64 control connections in use", ControlFixture.Sentence(ControlFixture.LastAnswer(tooMany)), StringComparison.Ordinal);
        using (ControlClient tooMany = fixture.Connect())
            Assert.StartsWith("mcrd has all of its 64", ControlFixture.Sentence(tooMany.Ask(new ControlRequest.Ping())), StringComparison.Ordinal);

        Assert.All(clients, c => Assert.IsType<ControlResponse.Pong>(c.Ask(new ControlRequest.Ping())));
        clients[0].Dispose();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                using ControlClient next = fixture.Connect();
                return next.Ask(new ControlRequest.Ping()) is ControlResponse.Pong;
            },
            ControlFixture.Patience));
        clients.ForEach(c => c.Dispose());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "a message of 1195725856 bytes is longer than the 16777216 allowed")]
    [InlineData("\0\0\0\0", "a message of no bytes")]
    [InlineData("\0\0\0\u0005hello", "the request is not JSON as this version has it")]
    [InlineData("\0\0\0\u0002{}", "the request is not JSON as this version has it")]
    [InlineData("\0\0\0\u0023{\"version\":99,\"command\":{\"Ping\":{}}}", "the request is of version 99 of the control protocol")]
    public async Task Garbage_should_get_a_sentence_and_the_connection_closed(string text, string sentence)
    {
        await using var fixture = new ControlFixture();
        using Socket socket = fixture.ConnectRaw();

        socket.Send(Encoding.Latin1.GetBytes(text));

        Assert.StartsWith(sentence, ControlFixture.Sentence(ControlFixture.LastAnswer(socket)), StringComparison.Ordinal);
        Assert.Empty(fixture.Requests);
        AssertUnaffected(fixture);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0x31, 0x2D, 0 })]
    public async Task Twenty_megabytes_should_be_refused_by_their_first_bytes(byte[] header)
    {
        await using var fixture = new ControlFixture();
        using Socket socket = fixture.ConnectRaw();
        byte[] bytes = [.. header, .. new byte[20_000_000]];

        Assert.ThrowsAny<SocketException>(() =>
        {
            for (int sent = 0; sent < bytes.Length;)
                sent += socket.Send(bytes.AsSpan(sent));
        });

        Assert.StartsWith("a message of ", ControlFixture.Sentence(ControlFixture.LastAnswer(socket)), StringComparison.Ordinal);
        AssertUnaffected(fixture);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("\0\0\0\u0020{\"version\"")]
    public async Task Half_a_request_should_be_waited_for_only_so_long(string half)
    {
        await using var fixture = new ControlFixture(options: new ControlServerOptions { Read = Soon });
        using Socket socket = fixture.ConnectRaw();

        socket.Send(Encoding.Latin1.GetBytes(half));

        Assert.Equal("the request did not arrive within 0.1 s of its first byte", ControlFixture.Sentence(ControlFixture.LastAnswer(socket)));
        Assert.Empty(fixture.Requests);
    }

    [Fact]
    public async Task Half_a_request_and_then_the_end_should_get_a_sentence()
    {
        await using var fixture = new ControlFixture();
        using Socket socket = fixture.ConnectRaw();

        socket.Send("\0\0\0 {"u8);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("the request ended in its middle", ControlFixture.Sentence(ControlFixture.LastAnswer(socket)));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_should_be_closed_without_a_word()
    {
        await using var fixture = new ControlFixture(options: new ControlServerOptions { Idle = Soon });
        using Socket socket = fixture.ConnectRaw();

        Assert.True(ControlFixture.IsClosed(socket));
        Assert.Empty(fixture.Log);
    }

    [Fact]
    public async Task A_client_that_never_reads_should_be_given_up()
    {
        await using var fixture = new ControlFixture(options: new ControlServerOptions { Write = Soon });
        fixture.AnswerWith(new ControlResponse.Success(new string('x', 4 << 20)));
        using Socket socket = fixture.ConnectRaw();

        socket.Send(ControlFrame.Wrap(RequestCodec.Encode(new ControlRequest.Ping()), ControlProtocol.MaxRequestBytes));

        Assert.True(SpinWait.SpinUntil(() => fixture.Log.Contains("a control connection was closed: the client did not take its answer within 0.1 s"), ControlFixture.Patience));
        AssertUnaffected(fixture);
    }

    [Fact]
    public async Task A_handler_that_throws_or_hangs_should_be_an_error_and_the_connection_stay()
    {
        await using var fixture = new ControlFixture(options: new ControlServerOptions { Handle = Soon });
        using ControlClient client = fixture.Connect();

        fixture.Handle = (_, _) => throw new InvalidOperationException("no such thing.");
        Assert.Equal("mcrd could not do it: no such thing.", ControlFixture.Sentence(client.Ask(new ControlRequest.Ping())));
        fixture.Handle = (_, _) => new TaskCompletionSource<ControlResponse>().Task;
        Assert.StartsWith("mcrd had no answer within 0.1 s", ControlFixture.Sentence(client.Ask(new ControlRequest.Ping())), StringComparison.Ordinal);
        fixture.AnswerWith(new ControlResponse.Pong());
        Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
    }

    [Fact]
    public async Task Clients_with_manners_should_notice_nothing_of_those_without()
    {
        await using var fixture = new ControlFixture();
        var random = new Random(20261123);
        byte[][] garbage = [.. Enumerable.Range(0, 200).Select(_ => Mutations.Mutate(random, ControlFrame.Wrap(RequestCodec.Encode(new ControlRequest.Ping()), 1000)))];
        var rude = Task.Run(() =>
        {
            foreach (byte[] bytes in garbage)
            {
                using Socket socket = fixture.ConnectRaw();
                socket.Send(bytes);
                socket.Shutdown(SocketShutdown.Send);
                ControlFixture.Drain(socket); // one at a time: this is not about the limit
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using ControlClient client = fixture.Connect();
            for (int i = 0; i < 200 || !rude.IsCompleted; i++)
                Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
        })));
        await rude;
    }

    private static void AssertUnaffected(ControlFixture fixture)
    {
        fixture.AnswerWith(new ControlResponse.Pong());
        using ControlClient client = fixture.Connect();
        Assert.IsType<ControlResponse.Pong>(client.Ask(new ControlRequest.Ping()));
    }
}
