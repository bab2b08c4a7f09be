using Mcr.Native.Netlink;
using Mcr.Specs.Fixtures;

namespace Mcr.Specs.Generator;

public sealed class UsageSpecs
{
    private const string Valid = "--interface lo --group 239.1.1.1 --port 5000";

    [Theory]
    [InlineData("", "--interface is missing; give the name of a network interface, such as eth0")]
    [InlineData("--interface lo --port 5000", "--group is missing; give a multicast group such as 239.1.1.1, or a unicast address of this host")]
    [InlineData("--interface lo --group 239.1.1 --port 5000", "--group '239.1.1' is not an IP address; give a multicast group such as 239.1.1.1, or a unicast address of this host")]
    [InlineData("--interface lo --group 239.1.1.1 --port 0", "--port '0' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("--interface lo --group 239.1.1.1 --port 65536", "--port '65536' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("--interface abcdefghijklmnop --group 239.1.1.1 --port 1", "--interface 'abcdefghijklmnop' has 16 characters; Linux interface names have at most 15 (see: ip link)")]
    [InlineData("--interface nosuch0 --group 239.1.1.1 --port 1", "--interface 'nosuch0' is not an interface of this host; use one of: ")]
    [InlineData("--interface 203.0.113.77 --group 239.1.1.1 --port 1", "--interface '203.0.113.77' is not an address of this host; use one of: ")]
    [InlineData(Valid + " --size 65508", "--size '65508' is not usable; use a whole number from 0 to 65507")]
    [InlineData(Valid + " --rate -1", "--rate '-1' is not usable; use a number from 0 (as many as go) to 1000000000")]
    [InlineData(Valid + " --count 0", "--count '0' is not usable; use a whole number from 1 to ")]
    [InlineData(Valid + " --batch 1025", "--batch '1025' is not usable; use a whole number from 1 to 1024")]
    [InlineData(Valid + " --ttl 256", "--ttl '256' is not usable; use a whole number from 0 to 255")]
    [InlineData(Valid + " --segments 50", "--segments '50' makes runs of 65800 bytes, more than the 65507 that one send carries; use at most 49 with --size 1316")]
    [InlineData(Valid + " --segments 2 --size 0", "--segments '2' makes runs of datagrams, and --size 0 leaves nothing to cut; use a --size of at least 1")]
    [InlineData(Valid + " --seed 1", "--seed '1' has no effect without --random; add --random, or leave it out")]
    [InlineData(Valid + " --random --payload x", "--payload 'x' and --random exclude each other; leave one out")]
    [InlineData(Valid + " --nosuch", "Unrecognized command or argument '--nosuch'; see mcrgen --help")]
    [InlineData("--rate 5 receive " + Valid, "--rate stands before 'receive' and would be ignored")]
    [InlineData("receive " + Valid + " --timeout never", "--timeout 'never' is not usable; use a number from 0 (never) to 1000000")]
    [InlineData("receive " + Valid + " --source 239.1.1.2", "--source '239.1.1.2' is not a unicast address; give the address of one sender, or leave it out")]
    [InlineData("receive --interface lo --group 127.0.0.1 --port 5000 --source 10.0.0.1", "--source '10.0.0.1' selects the sender of a multicast group, and '127.0.0.1' is a unicast address; leave it out")]
    public void A_wrong_value_should_get_a_sentence_and_exit_code_2(string commandLine, string sentence)
    {
        using var run = new RunningProcess(null, Executables.Mcrgen, commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        (int exitCode, string output, string error) = run.End();

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains($"mcrgen: {sentence}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_problem_should_be_told_at_once()
    {
        using var run = new RunningProcess(null, Executables.Mcrgen, ["--group", "x", "--port", "x", "--size", "x"]);

        Assert.Equal(4, run.End().Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void An_address_of_another_host_cannot_be_received_on()
    {
        // Where lo is down there is no table of local addresses yet, and the kernel lets any address pass.
        Assert.SkipUnless(LinkReader.Read().TryGet("lo", out Link? lo) && lo.IsUp, "This spec needs lo to be up (ip link set lo up).");
        using var run = new RunningProcess(null, Executables.Mcrgen, ["receive", "--interface", "lo", "--group", "203.0.113.77", "--port", "5000"]);

        (int exitCode, string output, string error) = run.End();

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("bind(203.0.113.77:5000) (a unicast --group has to be an address of this host, its --port free): EADDRNOTAVAIL", error, StringComparison.Ordinal);
    }
}
