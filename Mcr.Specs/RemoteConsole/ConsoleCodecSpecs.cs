using System.Text;
using Mcr.Actors.Console;
using Mcr.Specs.Fixtures;

namespace Mcr.Specs.RemoteConsole;

public sealed class ConsoleCodecSpecs(ITestOutputHelper output)
{
    private static readonly ConsoleMessage[] All =
    [
        new ConsoleMessage.Hello(1, [1, 2, 3], new byte[ConsoleProtocol.NonceBytes]),
        new ConsoleMessage.Challenge(-7, new byte[ConsoleProtocol.NonceBytes], [4]),
        new ConsoleMessage.Proof(5, [6]),
        new ConsoleMessage.Welcome("t", "a", "1.0", "alice", true),
        new ConsoleMessage.Request("t", 1, 2, 3) { Bytes = [7, 8] },
        new ConsoleMessage.Response(1, 2, 3) { Bytes = new byte[ConsoleProtocol.PartBytes] },
        new ConsoleMessage.Taken("t", 1, 2),
        new ConsoleMessage.Goodbye("t"),
        new ConsoleMessage.Refused(1, "no", false),
    ];

    [Fact]
    public void What_is_written_should_be_read() =>
        Assert.All(All, message => Assert.Equivalent(message, ConsoleCodec.Decode(ConsoleCodec.Manifest(message), ConsoleCodec.Encode(message)), strict: true));

    [Fact]
    public void What_a_newer_version_says_on_top_should_be_left_out_and_what_an_older_one_does_not_say_have_its_default()
    {
        var welcome = Assert.IsType<ConsoleMessage.Welcome>(ConsoleCodec.Decode("W1", Raw("""{"token":"t","node":"a","version":"2","name":"alice","colour":{"deep":["red"]}}""")));

        Assert.Equal(("alice", false), (welcome.Name, welcome.MayChange));
    }

    [Theory]
    [InlineData("W1", """{"token":"t"}""")]
    [InlineData("H1", """{"version":1,"certificate":"","nonce":"AAAA"}""")]
    [InlineData("Z9", "{}")]
    [InlineData("G1", "null")]
    public void What_is_incomplete_or_unknown_should_be_refused(string manifest, string head) => Assert.Throws<InvalidDataException>(() => ConsoleCodec.Decode(manifest, Raw(head)));

    [Fact]
    public void What_is_larger_than_one_may_be_should_be_refused()
    {
        Assert.Throws<InvalidDataException>(() => ConsoleCodec.Decode("R1", ConsoleCodec.Encode(new ConsoleMessage.Response(1, 0, 1) { Bytes = new byte[ConsoleProtocol.PartBytes + 1] })));
        Assert.Throws<InvalidDataException>(() => ConsoleCodec.Decode("P1", ConsoleCodec.Encode(new ConsoleMessage.Proof(1, new byte[ConsoleProtocol.MaxHeadBytes]))));
        Assert.Throws<InvalidDataException>(() => ConsoleCodec.Decode("G1", [.. ConsoleCodec.Encode(new ConsoleMessage.Goodbye("t")), 0]));
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_messages_should_be_read_or_refused_and_nothing_else()
    {
        foreach (ConsoleMessage message in All)
            Mutations.Run(output, [ConsoleCodec.Encode(message)], 20_000, bytes => ConsoleCodec.Decode(ConsoleCodec.Manifest(message), bytes));
    }

    private static byte[] Raw(string head) => [0, 0, (byte)(head.Length >> 8), (byte)head.Length, .. Encoding.UTF8.GetBytes(head)];
}
