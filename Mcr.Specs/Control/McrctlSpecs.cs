using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

public sealed class McrctlSpecs
{
    private const string Add = "add --input-interface eth0 --input-group 239.1.1.1 --input-port 5000 ";

    public static TheoryData<string, ControlRequest> Commands => new()
    {
        { "list", new ControlRequest.ListRules() },
        { "list-rules", new ControlRequest.ListRules() },
        { "stats", new ControlRequest.Stats() },
        { "stats --by rule", new ControlRequest.Stats() },
        { "stats --by output", new ControlRequest.Stats() },
        { "stats --by worker", new ControlRequest.ListWorkers() },
        { "stats --by interface", new ControlRequest.Interfaces() },
        { "list-workers", new ControlRequest.ListWorkers() },
        { "interfaces", new ControlRequest.Interfaces() },
        { "log-level get", new ControlRequest.GetLogLevels() },
        { "log-level set --global warning", new ControlRequest.SetLogLevel { Global = "warning" } },
        { "log-level set --facility Egress --level debug", new ControlRequest.SetLogLevel { Facility = "Egress", Level = "debug" } },
        { "ping --json", new ControlRequest.Ping() },
        { "version", new ControlRequest.Version() },
        { "reload", new ControlRequest.Reload() },
        { "cluster takeover video relay-b", new ControlRequest.ClusterTakeover { Rule = "video", Member = "relay-b" } },
        { "cluster takeover @video b --json", new ControlRequest.ClusterTakeover { Rule = "@video", Member = "b" } },
        { "cluster drain relay-b", new ControlRequest.ClusterDrain { Member = "relay-b" } },
        { "cluster drain --end relay-b", new ControlRequest.ClusterDrain { Member = "relay-b", End = true } },
        { "config confirm", new ControlRequest.ConfirmChange() },
        { "config save", new ControlRequest.SaveConfig() },
        { "config show --json", new ControlRequest.ShowConfig() },
        { "audit", new ControlRequest.ShowAudit() },
        { "audit --last 5", new ControlRequest.ShowAudit { Last = "5" } },
        { "remove --rule-id r-1", new ControlRequest.Remove { RuleId = "r-1" } },
        { "remove --name @video", new ControlRequest.Remove { Name = "@video" } },
        {
            Add + "--outputs 239.2.2.2:6000:eth1?ttl=8,10.0.0.2:6001:wg0 --outputs [ff3e::1]:6002:eth2 --name video --rule-id r-1 --source 10.0.0.7 --force",
            new ControlRequest.Add
            {
                RuleId = "r-1",
                Name = "video",
                InputInterface = "eth0",
                InputGroup = "239.1.1.1",
                InputPort = "5000",
                Source = "10.0.0.7",
                Force = true,
                Outputs =
                [
                    new OutputText { Group = "239.2.2.2", Port = "6000", Interface = "eth1", Ttl = "8" },
                    new OutputText { Group = "10.0.0.2", Port = "6001", Interface = "wg0" },
                    new OutputText { Group = "ff3e::1", Port = "6002", Interface = "eth2" },
                ],
            }
        },
        {
            "add --input-interface eth0 --input-group ff3e::1 --input-port 5000 --source 2001:db8::1 --outputs [ff0e::2]:6000:eth1?ttl=decrement&source=keep&dscp=ef&rate-limit=5Mbit&max-burst=8&pace=on&priority=5 --ha nodes=a+b,prefer=b",
            new ControlRequest.Add
            {
                InputInterface = "eth0",
                InputGroup = "ff3e::1",
                InputPort = "5000",
                Source = "2001:db8::1",
                Ha = "nodes=a+b,prefer=b",
                Outputs = [new OutputText { Group = "ff0e::2", Port = "6000", Interface = "eth1", Ttl = "decrement", Source = "keep", Dscp = "ef", RateLimit = "5Mbit", MaxBurst = "8", Pace = "on", Priority = "5" }],
            }
        },
        {
            Add + "--outputs 239.2.2.2:6000:eth1 --more-input 239.1.1.1:5000:eth2,239.1.1.2:5001:eth0?source=10.0.0.7 --more-input 10.0.0.9:5002:eth3 --select merge,skew=100ms",
            new ControlRequest.Add
            {
                InputInterface = "eth0",
                InputGroup = "239.1.1.1",
                InputPort = "5000",
                Inputs =
                [
                    new InputText { Group = "239.1.1.1", Port = "5000", Interface = "eth2" },
                    new InputText { Group = "239.1.1.2", Port = "5001", Interface = "eth0", Source = "10.0.0.7" },
                    new InputText { Group = "10.0.0.9", Port = "5002", Interface = "eth3" },
                ],
                Select = "merge,skew=100ms",
                Outputs = [new OutputText { Group = "239.2.2.2", Port = "6000", Interface = "eth1" }],
            }
        },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_should_ask_its_question(string commandLine, ControlRequest request)
    {
        await using var fixture = new ControlFixture();

        Assert.Equal((0, "{\"Pong\":{}}\n", ""), fixture.Mcrctl(McrctlFixture.Words(commandLine)));
        Assert.Equivalent(request, Assert.Single(fixture.Requests), strict: true);
    }

    [Theory]
    [MemberData(nameof(ResponseCodecSpecs.Recorded), MemberType = typeof(ResponseCodecSpecs))]
    public async Task An_answer_should_be_printed_as_it_came_unless_it_is_an_error(string json, ControlResponse response)
    {
        await using var fixture = new ControlFixture();
        fixture.AnswerWith(response);

        (int, string, string) expected = response is ControlResponse.Error
            ? (1, "", "mcrctl: input.port: is missing\nmcrctl: no\n")
            : (0, json + "\n", "");
        Assert.Equal(expected, fixture.Mcrctl("list"));
    }

    [Theory]
    [InlineData("--outputs 239.2.2.2:65536:eth1", "outputs[0].port: '65536' is not a UDP port; use a number from 1 to 65535")]
    [InlineData("--outputs 239.2.2.2:6000:eth1?ttl=256", "outputs[0].ttl: '256' is not a time to live; use a number from 1 to 255, or decrement")]
    [InlineData("--outputs [ff3e::1]:6000:eth1", "outputs[0].group: 'ff3e::1' and the input '239.1.1.1' are of different address families; a relay does not translate between IPv4 and IPv6")]
    [InlineData("--outputs 239.2.2.2:6000:eth1?rate-limit=5", "outputs[0].rate-limit: '5' is not a rate in bits a second; use off, or 1kbit to 1000Gbit, such as 5000000, 5Mbit or 1.5Gbit")]
    [InlineData("--outputs 239.2.2.2:6000:eth1 --source 239.1.1.2", "input.source: '239.1.1.2' is not a unicast address; give the address of one sender, or leave it out")]
    [InlineData("--outputs 239.2.2.2:6000:eth1 --more-input 239.1.1.2:5000:eth1", "select: is missing, and there are 2 inputs; give failover (the first input that is well), or merge (each datagram once, from whichever has it first)")]
    [InlineData("--outputs 239.2.2.2:6000:eth1 --more-input 239.1.1.2:5000-5001:eth1 --select merge", "inputs[1].port: '5000-5001' is a range, and select makes one stream of inputs that are one port each; give one port, and a rule for each of the others")]
    public async Task A_rule_that_cannot_work_should_be_refused_in_the_words_of_the_rule_parser(string arguments, string sentence)
    {
        await using var fixture = new ControlFixture();
        fixture.Handle = (request, _) => Task.FromResult(McrctlFixture.Parse(request));

        Assert.Equal((1, "", $"mcrctl: {sentence}\n"), fixture.Mcrctl(McrctlFixture.Words(Add + arguments)));
    }

    [Theory]
    [InlineData("", "Required command was not provided; see mcrctl --help")]
    [InlineData("relay", "'relay' is not a command, flag or value here; see mcrctl --help")]
    [InlineData("list --nosuch", "'--nosuch' is not a command, flag or value here; see mcrctl --help")]
    [InlineData("remove", "remove takes one rule: give either --rule-id or --name (see: mcrctl list)")]
    [InlineData("remove --rule-id a --name b", "remove takes one rule: give either --rule-id or --name (see: mcrctl list)")]
    [InlineData("log-level set", "log-level set takes --global L, or --facility F with --level L, or both (see: mcrctl log-level get)")]
    [InlineData("log-level set --facility Network", "log-level set takes --global L, or --facility F with --level L, or both (see: mcrctl log-level get)")]
    [InlineData("cluster takeover video", "Required argument 'NODE' missing for command: 'takeover'; see mcrctl --help")]
    [InlineData("cluster drain", "Required argument 'NODE' missing for command: 'drain'; see mcrctl --help")]
    [InlineData("cluster drain b --ende", "'--ende' is not a command, flag or value here; see mcrctl --help")]
    [InlineData("stats --by rul", "--by is 'rul'; give rule, output, worker or interface")]
    [InlineData("config check", "Option '--file' is required; see mcrctl --help")]
    [InlineData(Add, "--outputs is missing; write GROUP:PORT:INTERFACE, such as 239.2.2.2:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8")]
    [InlineData(Add + "--outputs 239.2.2.2:eth1", "--outputs '239.2.2.2:eth1' is not an output; write GROUP:PORT:INTERFACE, such as 239.2.2.2:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8")]
    [InlineData(Add + "--outputs 239.2.2.2:6000:eth1?rate_limit=5M", "--outputs '239.2.2.2:6000:eth1?rate_limit=5M' has an option 'rate_limit' that is not known; did you mean 'rate-limit'?")]
    [InlineData(Add + "--outputs 239.2.2.2:6000:eth1?colour=red", "--outputs '239.2.2.2:6000:eth1?colour=red' has an option 'colour' that is not known; known options are ttl, source, dscp, rate-limit, max-burst, pace, priority, node, pair")]
    [InlineData(Add + "--outputs 239.2.2.2:6000:eth1?pace=on&pace=off", "--outputs '239.2.2.2:6000:eth1?pace=on&pace=off' has two pace; leave one out")]
    [InlineData(Add + "--outputs 239.2.2.2:6000:eth1 --more-input eth1", "--more-input 'eth1' is not an input; write GROUP:PORT:INTERFACE, such as 239.1.1.1:5000:eth1 or 239.1.1.1:5000:eth1?source=10.0.0.7")]
    [InlineData(Add + "--outputs 239.2.2.2:6000:eth1 --more-input 239.1.1.1:5000:eth1?ttl=8", "--more-input '239.1.1.1:5000:eth1?ttl=8' has an option 'ttl' that is not known; known options are source")]
    [InlineData(Add + "--outputs 239.2.2.2:6000:eth1?dscp", "--outputs '239.2.2.2:6000:eth1?dscp' has a dscp without a value; write dscp=VALUE")]
    [InlineData("add --input-group 239.1.1.1 --input-port 5000 --outputs 239.2.2.2:6000:eth1", "--input-interface is missing; give the name of a network interface, such as eth0")]
    public async Task A_command_line_that_makes_no_sense_should_get_a_sentence_and_exit_code_2(string commandLine, string sentence)
    {
        await using var fixture = new ControlFixture();

        Assert.Equal((2, "", $"mcrctl: {sentence}\n"), fixture.Mcrctl(McrctlFixture.Words(commandLine)));
        Assert.Empty(fixture.Requests);
    }

    [Fact]
    public async Task Nobody_there_should_be_a_question_whether_mcrd_runs()
    {
        await using var fixture = new ControlFixture(start: false);

        Assert.Equal((1, "", $"mcrctl: is mcrd running? There is no socket {fixture.SocketPath}; start mcrd, or give its socket with --socket-path\n"), fixture.Mcrctl("ping"));
    }

    [Fact]
    public async Task The_environment_should_name_the_socket_unless_a_flag_does()
    {
        await using var fixture = new ControlFixture();
        using var named = new RunningProcess(null, Executables.Mcrctl, ["ping"], new Dictionary<string, string?> { ["MCR_CONTROL_SOCKET"] = fixture.SocketPath });
        using var overridden = new RunningProcess(null, Executables.Mcrctl, ["ping", "--socket-path", fixture.SocketPath], new Dictionary<string, string?> { ["MCR_CONTROL_SOCKET"] = "/nonexistent" });

        Assert.Equal((0, 0), (named.WaitForExit(), overridden.WaitForExit()));
    }

    [Fact]
    public async Task A_user_without_the_right_should_be_told_the_remedy()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "becoming somebody else takes root and setpriv");
        await using var fixture = new ControlFixture();
        File.SetUnixFileMode(Path.GetDirectoryName(Path.GetDirectoryName(fixture.SocketPath))!, (UnixFileMode)0b111_101_101);
        using var run = new RunningProcess(null, "/usr/bin/setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", Executables.Mcrctl, "--socket-path", fixture.SocketPath, "ping"]);

        (int exitCode, string output, string error) = run.End();

        Assert.SkipWhen(exitCode is 126 or 127, $"the built mcrctl is not readable by everybody: {error}");
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal($"mcrctl: {fixture.SocketPath} may not be used by this user: run mcrctl as root, or as a member of the socket's group (see: ls -l {fixture.SocketPath}; control.group in mcrd's configuration)\n", error);
    }

    [Fact]
    public void Help_should_exit_0_and_name_every_command()
    {
        using var run = new RunningProcess(null, Executables.Mcrctl, ["--help"]);

        (int exitCode, string output, string error) = run.End();

        Assert.Equal((0, ""), (exitCode, error));
        Assert.All(["add", "remove", "list, list-rules", "stats", "list-workers", "interfaces", "ping", "version", "log-level", "trace", "config", "reload", "batch", "audit", "--socket-path", "--json"], word => Assert.Contains($"  {word} ", output, StringComparison.Ordinal));
    }
}
