using Akka.Configuration;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Relay;
using Mcr.Actors.Workers;
using Mcr.Native.Logging;

namespace Mcr.Specs.Configuration;

/// <summary>From texts to settings: defaults, precedence, and every problem at its place.</summary>
public sealed class SettingsSpecs : IDisposable
{
    private const string AsNodeA = "mcr { node.name = a, cluster { enabled = on, listen = \"127.0.0.1:4053\" } }";

    private readonly SettingsDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Defaults_should_be_those_of_the_reference()
    {
        McrSettings settings = _directory.Settings("");
        Assert.Equal(Environment.MachineName, settings.NodeName);
        Assert.Equal(new ControlSettings("/run/mcr/control.sock", ""), settings.Control);
        Assert.Equal("/run/mcr/control.d", settings.RuntimeDirectory);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.StatsInterval);
        Assert.Equal(new LogSettings(LogLevels.Default.With(LogFacility.Runtime, LogVerbosity.Warning), false) { Repeats = 10, RepeatPeriod = TimeSpan.FromSeconds(10) }, settings.Log);
        Assert.Equal(new WorkerSettings("", 64 << 20, 16 << 20, true, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60))
        {
            MaxAge = TimeSpan.FromSeconds(1),
            Standby = true,
            MemoryLimit = 512 << 20,
            Restarts = new RestartLimit(5, TimeSpan.FromMinutes(1)),
        }, settings.Worker);
        Assert.Equivalent(new InterfaceOptions(), settings.InterfaceDefaults, strict: true);
        Assert.Equal(new WebhookSettings("", "", EventSeverity.Warning, TimeSpan.FromSeconds(5), 1000), settings.Webhook);
        Assert.Empty(settings.Interfaces);
        Assert.Empty(settings.Rules);
        Assert.Equal("""{"akka":{}}""", settings.AkkaJson);
    }

    [Fact]
    public void Every_key_of_the_reference_should_have_a_comment_right_above_it()
    {
        string[] lines = [.. SettingsReader.Reference.Split('\n').Select(l => l.Trim())];
        for (int i = 0; i < lines.Length; i++)
        {
            bool isValue = lines[i].Contains(" = ", StringComparison.Ordinal) && !lines[i].StartsWith('#');
            if (isValue)
                Assert.True(lines[i - 1].StartsWith('#'), $"reference.hocon:{i + 1}: {lines[i]}");
        }
    }

    [Fact]
    public void Later_sources_should_win()
    {
        _directory.File("conf.d/20-b.hocon", "mcr.node.name = drop-in-b\nmcr.rules += { input { interface = eth0, group = \"239.1.1.2\", port = 1 }, outputs = [ { interface = eth1, group = \"239.2.2.2\", port = 1 } ] }");
        _directory.File("conf.d/10-a.hocon", "mcr.node.name = drop-in-a\nmcr.stats-interval = 3s");
        _directory.File("conf.d/notes.txt", "not { hocon");
        const string Text = """
            mcr { node.name = file, stats-interval = 2s, control.socket = "/file.sock", log.level = error
              rules = [ { input { interface = eth0, group = "239.1.1.1", port = 1 }, outputs = [ { interface = eth1, group = "239.2.2.1", port = 1 } ] } ] }
            """;
        McrSettings files = _directory.Settings(Text);
        Assert.Equal(("drop-in-b", TimeSpan.FromSeconds(3), "/file.sock", 2), (files.NodeName, files.StatsInterval, files.Control.Socket, files.Rules.Length));

        var environment = new Dictionary<string, string> { ["MCR_STATS_INTERVAL_MS"] = "40", ["MCR_CONTROL_SOCKET"] = "/env.sock", ["MCR_LOG_LEVEL"] = "debug" };
        McrSettings withEnvironment = _directory.Settings(Text, environment);
        Assert.Equal((TimeSpan.FromMilliseconds(40), "/env.sock", LogVerbosity.Debug), (withEnvironment.StatsInterval, withEnvironment.Control.Socket, withEnvironment.Log.Levels.Global));

        McrSettings withFlags = _directory.Settings(Text, environment, s => s with { ControlSocket = "/flag.sock", LogJson = true, Interface = "eth7", Workers = "1" });
        Assert.Equal(("/flag.sock", true, "/flag.d"), (withFlags.Control.Socket, withFlags.Log.Json, withFlags.RuntimeDirectory));
        Assert.Equal(["eth7"], withFlags.Interfaces.Keys);
    }

    [Fact]
    public void Facilities_should_have_the_levels_that_are_written_and_the_others_follow()
    {
        LogLevels levels = _directory.Settings("mcr.log { level = error, levels { Network = debug, Runtime = default } }").Log.Levels;
        Assert.Equal(new LogLevels(LogVerbosity.Error, LogLevels.Default.Overrides).With(LogFacility.Network, LogVerbosity.Debug), levels);
    }

    [Fact]
    public void Rules_should_know_where_they_are_written_and_akka_should_get_its_own()
    {
        McrSettings settings = _directory.Settings("""
            akka { loglevel = ERROR, remote { dot-netty.tcp.port = 4053 } }
            mcr.interfaces.eth0 { workers = 2, cores = [2, 3] }
            mcr.rules = [
              { name = video, id = v1
                input { interface = eth0, group = "239.1.1.1", port = 5000 }
                outputs = [ { interface = eth1, group = "239.2.2.2", port = 6000, ttl = 8 } ] } ]
            """);
        ConfiguredRule rule = Assert.Single(settings.Rules);
        Assert.EndsWith("/mcrd.hocon:4:3", rule.Origin, StringComparison.Ordinal);
        Assert.Equal(("v1", "video", (byte?)8), (rule.Rule.Id.Value, rule.Rule.Name, rule.Rule.Outputs[0].Ttl));
        Assert.Equal([2, 3], settings.Interfaces["eth0"].Cores);
        Assert.Equal("""{"akka":{"loglevel":"ERROR","remote":{"dot-netty":{"tcp":{"port":4053}}}}}""", settings.AkkaJson);
        Config config = Mcr.Host.Mcrd.Supervisor.Daemon.AkkaConfig(settings);
        Assert.Equal(("ERROR", 4053, false), (config.GetString("akka.loglevel"), config.GetInt("akka.remote.dot-netty.tcp.port"), config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook")));
    }

    [Fact]
    public void Interface_should_have_the_defaults_but_for_what_is_written_there()
    {
        McrSettings settings = _directory.Settings("""
            mcr.interface-defaults { workers = 2, cores = [4, 5], ingress = mmsg, gro = on, coalesce = 100us, poll = spin, fragments = drop, realtime = off }
            mcr.interfaces {
              eth0 { }
              eth1 { workers = 1, cores = [], ingress = ring, gro = leave, coalesce = auto, poll = sleep, fragments = reassemble, realtime = on }
              eth2 { coalesce = 1.5ms, gro = off }
            }
            """);
        var expected = new InterfaceOptions { Workers = 2, Cores = [4, 5], Ingress = IngressMode.Mmsg, Gro = GroMode.On, CoalesceMicroseconds = 100, Spin = true, Reassemble = false, Realtime = false };
        Assert.Equivalent(expected, settings.InterfaceDefaults, strict: true);
        Assert.Equivalent(expected, settings.Interfaces["eth0"], strict: true);
        Assert.Equivalent(new InterfaceOptions(), settings.Interfaces["eth1"], strict: true);
        Assert.Equivalent(expected with { CoalesceMicroseconds = 1500, Gro = GroMode.Off }, settings.Interfaces["eth2"], strict: true);
    }

    [Fact]
    public void Flag_that_names_an_interface_should_change_nothing_else_of_it()
    {
        const string Text = "mcr.interface-defaults.poll = spin\nmcr.interfaces.eth0 { workers = 2, cores = [3] }";
        InterfaceOptions named = _directory.Settings(Text, flags: s => s with { Interface = "eth0" }).Interfaces["eth0"];
        Assert.Equal((2, true), (named.Workers, named.Spin));
        Assert.Equal([3], named.Cores);
        Assert.Equal(5, _directory.Settings(Text, flags: s => s with { Interface = "eth0", Workers = "5" }).Interfaces["eth0"].Workers);
        Assert.True(_directory.Settings(Text, flags: s => s with { Interface = "eth1" }).Interfaces["eth1"].Spin);
    }

    [Fact]
    public void Options_of_outputs_should_be_read_and_refused_at_their_place()
    {
        McrSettings settings = _directory.Settings("""
            mcr.rules = [ { input { interface = eth0, group = "ff3e::1", port = 1, source = "2001:db8::1" }
              outputs = [ { interface = eth1, group = "ff0e::2", port = 1, ttl = decrement, source = keep, dscp = ef, rate-limit = 1.5 Gbit, max-burst = 8, pace = on, priority = 5 } ] } ]
            """);
        Assert.Equal("output/1 interface=eth1 group=ff0e::2 port=1 ttl=decrement source=keep dscp=46 rate-limit=1500000000 max-burst=8 pace=on priority=5", settings.Rules[0].Rule.Outputs[0].CanonicalText);

        string[] problems = _directory.Problems("""
            mcr.rules = [ { input { interface = eth0, group = "239.1.1.1", port = 1 }, outputs = [ { interface = eth1, group = "239.2.2.2", port = 1
              source = nobody
              dscp = high
              rate-limit = 5 furlongs
              max-burst = 65
              pace = maybe
              priority = 8
              rate_limit = 1 } ] } ]
            """);
        Assert.Equal(7, problems.Length);
        Assert.StartsWith("mcrd.hocon:2:12: mcr.rules[0].outputs[0].source: 'nobody' is not an IP address; give rewrite, keep, or the address to send from", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("mcrd.hocon:4:16: mcr.rules[0].outputs[0].rate-limit: '5 furlongs' is not a rate in bits a second", problems[2], StringComparison.Ordinal);
        Assert.Equal("mcrd.hocon:8:3: mcr.rules[0].outputs[0].rate_limit is not a key of this version; did you mean 'rate-limit'?", problems[6]);
    }

    [Theory]
    [InlineData("mcr.contrl.socket = \"/x\"", "mcrd.hocon:1:1: mcr.contrl is not a key of this version; did you mean 'control'?")]
    [InlineData("mcr {\n  stats_interval = 1s }", "mcrd.hocon:2:3: mcr.stats_interval is not a key of this version; did you mean 'stats-interval'?")]
    [InlineData("mrc { }", "mcrd.hocon:1:1: mrc is not a key of this version; did you mean 'mcr'?")]
    [InlineData("mcr.zzzzzzzz = 1", "mcrd.hocon:1:1: mcr.zzzzzzzz is not a key of this version; known keys are")]
    [InlineData("mcr.stats-interval = soon", "mcrd.hocon:1:22: mcr.stats-interval is 'soon'; give a duration from 10ms to 1h, such as 10s, 250ms or 1m")]
    [InlineData("mcr.stats-interval = 5", "mcrd.hocon:1:22: mcr.stats-interval is '5'; give a duration")]
    [InlineData("mcr.stats-interval = [1]", "mcrd.hocon:1:22: mcr.stats-interval is an array; give a duration")]
    [InlineData("mcr.log.level = loud", "mcrd.hocon:1:17: mcr.log.level is 'loud'; give one of debug, info, warning, error")]
    [InlineData("mcr.log {\n  levels { Netwrk = debug } }", "mcrd.hocon:2:12: mcr.log.levels.Netwrk is not a key of this version; did you mean 'Network'?")]
    [InlineData("mcr.log.levels.Network = loud", "mcrd.hocon:1:26: mcr.log.levels.Network is 'loud'; give one of debug, info, warning, error")]
    [InlineData("mcr.log.repeats = some", "mcrd.hocon:1:19: mcr.log.repeats is 'some'; give a whole number from 0 to 100000")]
    [InlineData("mcr.log.json = maybe", "mcrd.hocon:1:16: mcr.log.json is 'maybe'; give on or off")]
    [InlineData("mcr.log = 1", "mcrd.hocon:1:11: mcr.log is '1'; give an object: { … }")]
    [InlineData("mcr.worker.receive-buffer = 1TB", "mcrd.hocon:1:29: mcr.worker.receive-buffer is '1TB'; give a size from 64KiB to 1024MiB")]
    [InlineData("mcr.worker.path = /does/not/exist", "mcrd.hocon:1:19: mcr.worker.path is '/does/not/exist', and there is no such file")]
    [InlineData("mcr.control.socket = run/mcr.sock", "mcrd.hocon:1:22: mcr.control.socket is 'run/mcr.sock'; give an absolute path")]
    [InlineData("mcr.interfaces.eth0.workers = 0", "mcrd.hocon:1:31: mcr.interfaces.eth0.workers is '0'; give a whole number from 1 to 64")]
    [InlineData("mcr.interfaces.eth0.cores = [x]", "mcrd.hocon:1:30: mcr.interfaces.eth0.cores has 'x'; give CPU numbers from 0")]
    [InlineData("mcr.interfaces.interface-of-16c {}", "mcrd.hocon:1:33: mcr.interfaces.interface-of-16c cannot be: the name of an interface has 1 to 15 characters")]
    [InlineData("mcr.interfaces.eth0.coalesce = soon", "mcrd.hocon:1:32: mcr.interfaces.eth0.coalesce is 'soon'; give auto, or a duration from 0us to 10ms, such as 50us or 1ms")]
    [InlineData("mcr.interfaces.eth0.coalesce = 11ms", "mcrd.hocon:1:32: mcr.interfaces.eth0.coalesce is '11ms'; give auto, or a duration")]
    [InlineData("mcr.interfaces.eth0.ingress = dpdk", "mcrd.hocon:1:31: mcr.interfaces.eth0.ingress is 'dpdk'; give one of ring, mmsg")]
    [InlineData("mcr.interfaces.eth0.gro = maybe", "mcrd.hocon:1:27: mcr.interfaces.eth0.gro is 'maybe'; give one of on, off, leave")]
    [InlineData("mcr.interfaces.eth0.pol = spin", "mcrd.hocon:1:1: mcr.interfaces.eth0.pol is not a key of this version; did you mean 'poll'?")]
    [InlineData("mcr.interface-defaults.poll = busy", "mcrd.hocon:1:31: mcr.interface-defaults.poll is 'busy'; give one of sleep, spin")]
    [InlineData("mcr.interface-defaults.fragments = keep", "mcrd.hocon:1:36: mcr.interface-defaults.fragments is 'keep'; give one of reassemble, drop")]
    [InlineData("mcr.interface-defaults.workers = 65", "mcrd.hocon:1:34: mcr.interface-defaults.workers is '65'; give a whole number from 1 to 64")]
    [InlineData("mcr.events.webhook.url = \"ftp://x.example\"", "mcrd.hocon:1:26: mcr.events.webhook.url is no URL that can be posted to; give one such as https://host.example/path, or leave it empty")]
    [InlineData("mcr.events.webhook.url = \"/hook\"", "mcrd.hocon:1:26: mcr.events.webhook.url is no URL that can be posted to")]
    [InlineData("mcr.events.webhook.url = \"https://me:secret@x.example\"", "mcrd.hocon:1:26: mcr.events.webhook.url has a user or password in it; give them as authorization = \"Basic …\"")]
    [InlineData("mcr.events.webhook.authorization = \"a\\nb\"", "mcrd.hocon:1:36: mcr.events.webhook.authorization has characters that no header can have")]
    [InlineData("mcr.events.webhook.min-severity = loud", "mcrd.hocon:1:35: mcr.events.webhook.min-severity is 'loud'; give one of info, warning, error")]
    [InlineData("mcr.events.webhook.timeout = 1h", "mcrd.hocon:1:30: mcr.events.webhook.timeout is '1h'; give a duration from 100ms to 1m")]
    [InlineData("mcr.events.webhook.queue = 0", "mcrd.hocon:1:28: mcr.events.webhook.queue is '0'; give a whole number from 1 to 100000")]
    [InlineData("mcr.events.webhok.url = x", "mcrd.hocon:1:1: mcr.events.webhok is not a key of this version; did you mean 'webhook'?")]
    [InlineData("mcr.cluster { enabled = on, listen = \"10.0.0.1:4053\" }", "mcrd.hocon:1:25: mcr.cluster.enabled is on at 10.0.0.1:4053 without certificates; give mcr.tls (mcrd tls init makes certificates), or insecure = on")]
    [InlineData("mcr.cluster { enabled = on, listen = \"0.0.0.0:4053\", insecure = on }", "mcrd.hocon:1:38: mcr.cluster.listen is 0.0.0.0:4053, which is no place that others can dial; give advertise as well, such as 10.0.0.1:4053")]
    [InlineData("mcr.cluster.listen = \"10.0.0.1\"", "mcrd.hocon:1:22: mcr.cluster.listen is '10.0.0.1'; give an address or a name, and a port, such as 10.0.0.1:4053")]
    [InlineData("mcr.cluster.seeds = [\"10.0.0.1:0\"]", "mcrd.hocon:1:22: mcr.cluster.seeds is '10.0.0.1:0'; give an address")]
    [InlineData("mcr.cluster.name = \"a b\"", "mcrd.hocon:1:20: mcr.cluster.name is 'a b'; give 1 to 64 letters, digits, - and _")]
    [InlineData("mcr { node.name = \"a b\", cluster.enabled = on }", "mcrd.hocon:1:44: mcr.cluster.enabled is on, and mcr.node.name is 'a b'; a node of a cluster is called by 1 to 64 letters, digits, -, _ and .")]
    [InlineData("mcr.tls.ca = \"/x\", mcr.tls.certificate = \"/y\"", "mcrd.hocon:1:14: mcr.tls.key is missing; give all three of ca, certificate and key, or none")]
    [InlineData("mcr.tls { ca = \"/x\", certificate = y, key = \"/z\" }", "mcrd.hocon:1:36: mcr.tls.certificate is 'y'; give an absolute path")]
    [InlineData("mcr.tls { ca = \"/x\", certificate = \"/y\", key = \"/z\" }\nmcr.console.enabled = on", "mcrd.hocon:2:23: mcr.console.admins is empty, and so is readers: no console could do anything; give names of certificates")]
    [InlineData("mcr.rules = [ 5 ]", "mcrd.hocon:1:15: mcr.rules[0] is '5'; give an object")]
    [InlineData("mcr.rules = 5", "mcrd.hocon:1:13: mcr.rules is '5'; give an array: [ … ]")]
    [InlineData("akka = 1", "mcrd.hocon:1:8: akka is '1'; give an object")]
    public void Problem_should_name_place_key_value_and_remedy(string text, string problem) =>
        Assert.StartsWith(problem, Assert.Single(_directory.Problems(text)), StringComparison.Ordinal);

    [Fact]
    public void Problems_of_rules_should_be_at_the_field_that_has_them()
    {
        string[] problems = _directory.Problems("""
            mcr.rules = [
              { input { interface = interface-of-16c, group = "239.1.1", port = 65536 }
                outputs = [ { interface = eth1, group = "239.2.2.2", port = 0 }
                            { interface = eth1, group = "239.2.2.2", prt = 1 } ] }
              { input { interface = eth0, group = "239.1.1.1", port = ${?PORT_OF_NOBODY} }
                outputs = [ { interface = eth1, group = "239.2.2.2", port = 1 } ] }
            ]
            """);
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:2:", StringComparison.Ordinal) && p.Contains("input.interface", StringComparison.Ordinal) && p.Contains("interface-of-16c", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:2:", StringComparison.Ordinal) && p.Contains("input.group", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:2:", StringComparison.Ordinal) && p.Contains("65536", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:3:", StringComparison.Ordinal) && p.Contains("outputs[0].port", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:4:58: mcr.rules[0].outputs[1].prt is not a key of this version; did you mean 'port'?", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:5:", StringComparison.Ordinal) && p.Contains("nothing is set at PORT_OF_NOBODY", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ha { nodes = [a, b], prefer = b, revert = off, takeover-after = 250 ms }", "nodes=a+b,prefer=b,revert=off,takeover-after=250ms")]
    [InlineData("ha = \"nodes=c+a,takeover-after=1s\"", "nodes=c+a,takeover-after=1000ms")]
    [InlineData("ha { nodes = \"a+b\" }", "nodes=a+b")]
    [InlineData("ha = null", null)]
    public void Redundancy_of_a_rule_should_be_an_object_or_a_text(string ha, string? text) =>
        Assert.Equal(text, Assert.Single(_directory.Settings($"{AsNodeA}\nmcr.rules = [ {RuleWith(ha)} ]").Rules).Rule.RedundancyText);

    [Theory]
    [InlineData("ha = x", "2:22: mcr.rules[0].ha: 'x' has no value; write ha as nodes=a+b,prefer=a", "2:22: mcr.rules[0].ha.nodes: is missing; give 2 to 8 nodes of the cluster that reach the rule's input and outputs")]
    [InlineData("ha = \"nodes=a+b,prefer=c\"", "2:22: mcr.rules[0].ha.prefer: 'c' is none of the nodes (a, b); give one of them, or leave it out for the first")]
    [InlineData("ha { nodes = [a, b], prefer = c }", "2:47: mcr.rules[0].ha.prefer: 'c' is none of the nodes (a, b); give one of them, or leave it out for the first")]
    [InlineData("ha { nodes = [a] }", "2:30: mcr.rules[0].ha.nodes: one node backs nobody up; give 2 to 8 nodes of the cluster that reach the rule's input and outputs")]
    [InlineData("ha { nodes = [] }", "2:30: mcr.rules[0].ha.nodes: is missing; give 2 to 8 nodes of the cluster that reach the rule's input and outputs")]
    [InlineData("ha { nodes = [a, \"b c\"], revert = 2 }", "2:30: mcr.rules[0].ha.nodes: 'b c' is no name of a node; those have 1 to 64 letters, digits, -, _ and ., and begin with a letter or a digit", "2:51: mcr.rules[0].ha.revert: '2' is neither on nor off")]
    [InlineData("ha { nodes = [a, b], revrt = off }", "2:38: mcr.rules[0].ha.revrt is not a key of this version; did you mean 'revert'?")]
    [InlineData("ha { nodes = [a, b], takeover-after = 10ms }", "2:55: mcr.rules[0].ha.takeover-after: '10ms' is no time of silence after which another node takes over; give one from 20ms to 10s such as 100ms")]
    [InlineData("ha { nodes = [b, c, d] }", "2:20: mcr.rules[0].ha: this node is a, and ha names b, c and d; give the rule to one of those, or name this node, too")]
    public void Problems_of_redundancy_should_be_at_the_key_that_has_them(string ha, params string[] problems) =>
        Assert.Equal(problems.Select(p => $"mcrd.hocon:{p}"), _directory.Problems($"{AsNodeA}\nmcr.rules = [ {RuleWith(ha)} ]"));

    [Fact]
    public void Redundancy_should_take_a_cluster()
    {
        string rules = $"mcr.rules = [ {RuleWith("ha { nodes = [a, b] }")}\n{RuleWith("ha = \"nodes=a+b\"", 2)} ]\nmcr.node.name = a";
        Assert.Equal(
            [
                "mcrd.hocon:1:20: mcr.rules[0].ha: ha takes a cluster: set mcr.cluster.enabled = on, or leave it out",
                "mcrd.hocon:2:8: mcr.rules[1].ha: ha takes a cluster: set mcr.cluster.enabled = on, or leave it out",
            ],
            _directory.Problems(rules));
        // Who only takes the rules leaves that to the mcrd that they are for.
        Assert.Equal(2, _directory.Settings(rules, flags: s => s with { ForAnyNode = true }).Rules.Length);
    }

    [Fact]
    public void Output_after_something_that_is_none_should_keep_its_number()
    {
        string[] problems = _directory.Problems("mcr.rules = [ { input { interface = a, group = \"239.1.1.1\", port = 1 }, outputs = [ 5, { interface = b, group = \"239.2.2.2\", port = 99999 } ] } ]");
        Assert.Contains(problems, p => p.Contains("mcr.rules[0].outputs[0] is '5'; give an object", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("mcr.rules[0].outputs[1].port: '99999'", StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_that_contradict_each_other_should_be_refused_with_both_places()
    {
        string[] problems = _directory.Problems("""
            mcr.rules = [
              { name = a, input { interface = eth0, group = "239.1.1.1", port = 1 }, outputs = [ { interface = eth1, group = "239.2.2.2", port = 1 } ] }
              { name = b, input { interface = eth0, group = "239.1.1.1", port = 1 }, outputs = [ { interface = eth1, group = "239.2.2.3", port = 1 } ] }
              { name = a, input { interface = eth1, group = "239.2.2.2", port = 1 }, outputs = [ { interface = eth0, group = "239.9.9.9", port = 1 } ] }
            ]
            """);
        Assert.Equal(3, problems.Length);
        Assert.StartsWith("mcrd.hocon:3:3: mcr.rules[1] has the same input as the rule at ", problems[0], StringComparison.Ordinal);
        Assert.Contains(problems, p => p.StartsWith("mcrd.hocon:4:12: mcr.rules[2].name: 'a' is the name of rule", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("mcr.rules[2].input: 239.2.2.2:1 on eth1 is an output of rule", StringComparison.Ordinal));
    }

    [Fact]
    public void Includes_should_be_relative_to_their_file_and_never_go_round()
    {
        _directory.File("sub/names.hocon", "node.name = included\ninclude \"more.hocon\"");
        _directory.File("sub/more.hocon", "stats-interval = 7s");
        McrSettings settings = _directory.Settings("mcr { include \"sub/names.hocon\" }");
        Assert.Equal(("included", TimeSpan.FromSeconds(7)), (settings.NodeName, settings.StatsInterval));

        _directory.File("a.hocon", "include \"b.hocon\"");
        _directory.File("b.hocon", "\n  include file(\"a.hocon\")");
        Assert.EndsWith("b.hocon:2:3: the include of 'a.hocon' goes round in a circle: a.hocon → b.hocon → a.hocon; remove one of these includes", Assert.Single(_directory.Problems("include required(\"a.hocon\")")), StringComparison.Ordinal);
        Assert.Contains("goes round in a circle: mcrd.hocon → mcrd.hocon", Assert.Single(_directory.Problems("include \"mcrd.hocon\"")), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_text_too_large_or_missing_should_be_refused_unread()
    {
        string large = _directory.File("large.hocon", "");
        using (FileStream stream = File.OpenWrite(large))
            stream.SetLength(50_000_000);
        Assert.Contains("50,000,000 bytes, more than the 16 MiB", Assert.Single(_directory.Problems("include \"large.hocon\"")), StringComparison.Ordinal);
        string binary = _directory.File("binary.hocon", "");
        File.WriteAllBytes(binary, [0x61, 0x3D, 0xFF, 0xFE]);
        Assert.Contains("is not UTF-8 text", Assert.Single(_directory.Problems("include \"binary.hocon\"")), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(SettingsReader.Read(new SettingsSources { ConfigFile = "/dev/null/none.hocon" }).Problems).Sentence, StringComparison.Ordinal);
        Assert.Contains("16 MiB", Assert.Single(SettingsReader.Read(new SettingsSources { ConfigFile = "/dev/zero" }).Problems).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_the_repository_should_have_no_problem()
    {
        string hocon = Path.Combine(Executables.RepositoryRoot, "hocon");
        string[] files = Directory.GetFiles(hocon, "*.hocon", SearchOption.AllDirectories);
        Assert.True(files.Length >= 5);
        foreach (string file in files)
        {
            using var output = new StringWriter();
            using var error = new StringWriter();
            Assert.True(ConfigCheck.Run(file, output, error), error.ToString());
            Assert.Matches(": ok, [0-9]+ rules? on [0-9]+ interfaces?\n$", output.ToString());
        }
    }

    /// <summary>With what compose.yaml sets for the first of the three.</summary>
    [Fact]
    public void File_of_the_containers_should_have_no_problem()
    {
        var environment = new Dictionary<string, string> { ["NODE"] = "a", ["ADDRESS"] = "10.77.0.11" };
        SettingsResult read = SettingsReader.Read(new SettingsSources { ConfigFile = Path.Combine(Executables.RepositoryRoot, "docker", "mcrd.hocon"), Environment = name => environment.GetValueOrDefault(name) });
        Assert.Empty(read.Problems);
        Assert.Equal("a", read.Settings!.ClusterNode);
    }

    [Fact]
    public void Commented_example_of_the_reference_should_be_right()
    {
        string text = string.Join('\n', SettingsReader.Reference.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("# ", StringComparison.Ordinal))
            .SkipWhile(l => l != "# {").Select(l => l[2..]).TakeWhile(l => !l.StartsWith("Values to be", StringComparison.Ordinal)).Where(l => !l.StartsWith('#')));
        McrSettings settings = _directory.Settings($"{AsNodeA}\nmcr.rules = [\n{text}\n]");
        Assert.Equal("video", Assert.Single(settings.Rules).Rule.Name);
    }

    private static string RuleWith(string option, int last = 1) => $"{{ {option}, input {{ interface = eth0, group = \"239.1.1.{last}\", port = 1 }}, outputs = [ {{ interface = eth1, group = \"239.2.2.{last}\", port = 1 }} ] }}";
}
