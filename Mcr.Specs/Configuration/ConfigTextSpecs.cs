using System.Text.Json;
using CsCheck;
using Mcr.Actors.Configuration;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Actors.Control;
using Mcr.Native.Rules;

namespace Mcr.Specs.Configuration;

/// <summary>What runs, written down: read back it is the same.</summary>
public sealed class ConfigTextSpecs : IDisposable
{
    /// <summary>Every key with another value than the default.</summary>
    private const string Everything = """
        mcr {
          node.name = "a.b-c"
          control { socket = "/x/control.sock", group = "7", read-only-group = "8" }
          runtime-directory = "/x/run", persist = off, state-directory = "/x/state", stats-interval = 90061ms
          log { level = debug, json = on, levels { Runtime = default, Network = error }, repeats = 3, repeat-period = 7s }
          worker {
            path = "/bin/sh", receive-buffer = 70001B, send-buffer = 65KiB, segmentation = off, max-age = 7ms, standby = off, memory-limit = 9MiB
            max-restarts = 6, restart-window = 61s, start-timeout = 101ms, stop-timeout = 11ms, orphan-grace = forever
          }
          interface-defaults { workers = 3, cores = [2, 3], ingress = mmsg, gro = on, coalesce = 150us, poll = spin, realtime = off, fragments = drop }
          alarm-defaults { silence = 61s, rate-min = 1001kbit, rate-max = 3Gbit, loss = off, second-source = off, querier = off, duplicate = off, protection = off }
          events { webhook { url = "https://x.example:8443/hook?a=b", authorization = "Bearer \"x\"", min-severity = info, timeout = 6100ms, queue = 17 } }
          http { listen = "[::1]:9465" }
          otlp { endpoint = "https://x.example:4318", protocol = http, headers = "a=b,c=d", interval = 11s, timeout = 7s, metrics = off, traces = off }
          tls { ca = "/x/ca.pem", certificate = "/x/node.pem", key = "/x/node.key" }
          cluster { enabled = on, name = mcr2, listen = "10.0.0.1:4100", advertise = "relay-a.example:4101", seeds = ["10.0.0.2:4100", "[2001:db8::1]:4100"], allow = [relay-a], insecure = on, legs { interface = "eth0.9", ports = "5000-5999" } }
          console { enabled = on, listen = "0.0.0.0:4102", advertise = "10.0.0.1:4102", admins = [alice, "b c"], readers = [carol], insecure = on }
          interfaces { "eth0.100" { workers = 1, gro = off, coalesce = auto }, eth1 { } }
        }
        akka { loglevel = DEBUG, "a.b" { c = [1, two] } }
        """;

    private readonly SettingsDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Random_rules_should_come_back_with_the_same_hash_from_a_file_and_from_a_request()
    {
        McrSettings settings = _directory.Settings(GeneratedRules.Cluster);
        Gen.Select(GeneratedRules.Any, Gen.String[0, 64], Gen.Bool, Gen.Int[1, 65535]).Array[0, 6].Sample(
            drafts =>
            {
                RuleSetBuilder set = RuleSet.Empty.ToBuilder();
                foreach ((ForwardingRule any, string name, bool hasId, int drawn) in drafts)
                {
                    string printable = new([.. name.Where(c => !char.IsControl(c))]);
                    int port = Math.Min(drawn, 65535 - any.Input.Range.Ports);
                    RuleInput input = any.Input with { Port = (ushort)port, LastPort = any.Input.LastPort is null ? null : (ushort)(port + any.Input.Range.Ports - 1) };
                    ForwardingRule rule = any with { Input = input, Name = printable.Length == 0 ? null : printable, Id = hasId ? new RuleId($"r.{port}") : RuleId.Of(input) };
                    if (set.Check(rule).Count == 0)
                        set.Put(rule);
                }

                ForwardingRule[] rules = [.. set.ToImmutable().Rules];
                string hash = RuleSetHash.Of(rules);
                string text = ConfigText.Write(["a\nb"], settings, rules.Select(r => new ConfiguredRule(r, "x:1:1\n}")));
                SettingsResult read = SettingsReader.Read(new SettingsSources { ConfigFile = "generated", Text = text, WithoutDropIns = true });
                Assert.True(read.Settings is not null, string.Join('\n', read.Problems) + text);
                Assert.Equal(hash, RuleSetHash.Of(read.Settings.Rules.Select(r => r.Rule)));
                Assert.Equal(hash, RuleSetHash.Of(rules.Select(r => RuleParser.Parse(ControlViews.Draft(RuleRequest.Of(r)), out _)!)));
            },
            iter: 1_000);
    }

    [Fact]
    public void Settings_should_come_back_whatever_they_are()
    {
        McrSettings settings = _directory.Settings(Everything);

        McrSettings again = _directory.Settings(ConfigText.Write(["head"], settings, []));

        Assert.Equal(Text(settings), Text(again));
        Assert.NotEqual(Text(_directory.Settings("")), Text(again));
    }

    /// <summary>Who adds a key has to say how it is shown: by this, and by giving it another value above.</summary>
    [Fact]
    public void Every_key_of_the_reference_should_be_shown_when_it_has_another_value()
    {
        var root = new HoconObject(new SourcePosition("reference", 0, 0));
        HoconParser.Parse(SettingsReader.Reference, "reference", new HoconFiles(), root);
        Assert.True(root.TryGet("mcr", out _, out HoconNode mcr));
        string[] known = [.. Leaves(mcr, "").Where(k => k is not ("rules" or "interfaces"))];
        Assert.True(known.Length > 20);
        Assert.Equal(known.Order(StringComparer.Ordinal), SettingsKeys.Of(_directory.Settings("")).Select(k => k.Key).Order(StringComparer.Ordinal));
        string text = ConfigText.Write([], _directory.Settings(Everything), []);
        Assert.All(known, key => Assert.Contains($"\n  {key} = ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void File_should_have_no_more_than_what_differs_and_say_where_rules_come_from()
    {
        McrSettings settings = _directory.Settings("mcr { node.name = relay-a, interfaces.eth0 { workers = 2 } }");
        ForwardingRule rule = TestRules.Rule("eth0", "239.1.1.1", 5000, "video", "239.2.2.2:6000:eth1");
        Assert.Equal(
            """
            # A head

            mcr {
              node.name = "relay-a"
              control.socket = "/run/mcr/control.sock"
              interfaces."eth0".workers = 2
              interfaces."eth0" { }

              rules = [
                # from mcrctl
                { name = "video"
                  input { interface = "eth0", group = "239.1.1.1", port = 5000 }
                  outputs = [
                    { interface = "eth1", group = "239.2.2.2", port = 6000 }
                  ]
                }
              ]
            }

            """,
            ConfigText.Write(["A head"], settings, [new ConfiguredRule(rule, "mcrctl")]));
    }

    private static string Text(McrSettings settings) => JsonSerializer.Serialize(settings);

    private static IEnumerable<string> Leaves(HoconNode node, string path) => node is HoconObject o && path != "interfaces"
        ? o.Members.SelectMany(m => Leaves(m.Value, path.Length == 0 ? m.Key : $"{path}.{m.Key}"))
        : [path];
}
