using System.Text;
using CsCheck;
using Mcr.Actors.Messages;
using Mcr.Actors.State;
using Mcr.Native.Interop;
using Mcr.Native.Rules;

namespace Mcr.Specs.State;

/// <summary>The state directory: what is written is read again, whole, and what cannot be read hurts nobody.</summary>
public sealed class StateFileSpecs : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("mcr-spec-state-").FullName;
    private readonly List<string> _warnings = [];

    private string Path => System.IO.Path.Combine(_base, "control.state");

    private string RulesFile => System.IO.Path.Combine(Path, "rules.json");

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void Every_option_of_every_rule_should_survive()
    {
        Gen<string?> names = Gen.String[Gen.Char.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)), 1, 20].Null();
        Gen.Select(GeneratedRules.Any, names, Gen.Bool).Sample(
            (rule, name, isRemoved) =>
            {
                var added = new RuleWithOrigin(rule with { Id = RuleId.Of(rule.Input), Name = name }, "mcrctl");
                Overlay overlay = isRemoved ? Overlay.On([added]).Without(rule.Input) : Overlay.On([]).With(added);
                Assert.Null(Save(overlay));
                OverlayText.Content content = OpenDirectory().Read(OverlayFile.Name, OverlayText.Read)!;
                Assert.Equal(added, Assert.Single(isRemoved ? content.Removed : content.Added));
            },
            iter: 500,
            threads: 1);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void File_should_be_for_its_owner_only_and_be_gone_when_there_is_nothing_to_keep()
    {
        var rule = new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.1", 5000, null, "239.2.2.2:6000:out0"), "mcrctl");
        var store = new OverlayFile(OpenDirectory(), null);
        Assert.Null(store.Save(Overlay.On([]).With(rule), null));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RulesFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path));
        Assert.Null(store.Save(Overlay.On([]), null));
        Assert.Empty(Directory.GetFileSystemEntries(Path));
    }

    [Theory]
    [InlineData("", "version has no value")]
    [InlineData("{ \"version\": 1, \"rules\": [", "never closed")]
    [InlineData("{ \"version\": 1, \"rules\": [ { \"id\": \"x\" } ] }", "input.interface")]
    [InlineData("{ \"version\": 1, \"ruled\": [] }", "ruled is not a key")]
    [InlineData("{ \"version\": 2, \"everything\": { \"is\": \"new\" } }", "it has version 2, of a later mcrd; this one reads version 1")]
    [InlineData("\u0000\u0001\uFFFD", "rules.json")]
    public void Damaged_file_should_be_set_aside_with_a_word_and_the_configured_rules_start(string text, string why)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(RulesFile, text);
        var configured = new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.1", 5000, null, "239.2.2.2:6000:out0"), "mcrd.hocon:1:1");
        var ledger = RuleLedger.Open([configured], OpenDirectory());
        Assert.Equal([configured], ledger.Rules);
        string aside = Assert.Single(Directory.GetFiles(Path));
        Assert.Matches(@"/rules\.json\.damaged-\d{8}T\d{6}Z$", aside);
        Assert.Equal(text, File.ReadAllText(aside));
        string warning = Assert.Single(_warnings);
        Assert.StartsWith($"the state file {RulesFile} cannot be used and is set aside as {aside}; mcrd starts with what is configured: ", warning, StringComparison.Ordinal);
        Assert.Contains(why, warning, StringComparison.Ordinal);
        Assert.DoesNotContain(warning, char.IsControl);
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Whatever_is_in_the_file_the_configured_rules_should_start()
    {
        RuleWithOrigin[] rules = [.. Enumerable.Range(0, 3).Select(i => new RuleWithOrigin(TestRules.Rule("in0", $"239.1.1.{i}", 5000, $"n{i}", "239.2.2.2:6000:out0"), "mcrctl"))];
        byte[] seed = OverlayText.Write(Overlay.On([rules[2]]).With(rules[0]).With(rules[1]).Without(rules[2].Rule.Input));
        Directory.CreateDirectory(Path);
        var random = new Random(20260101);
        for (int i = 0; i < 2_000; i++)
        {
            File.WriteAllBytes(RulesFile, Mutations.Mutate(random, seed));
            Assert.InRange(RuleLedger.Open([rules[2]], OpenDirectory()).Rules.Length, 0, 4);
            foreach (string file in Directory.GetFiles(Path))
                File.Delete(file);
        }

        Assert.All(_warnings, w => Assert.DoesNotContain(w, char.IsControl));
    }

    /// <summary>Whoever looks at any moment, as the next mcrd does after a kill, finds a whole file.</summary>
    [Fact]
    public async Task Nobody_should_ever_see_half_a_file()
    {
        RuleWithOrigin[] rules = [.. Enumerable.Range(0, 400).Select(i => new RuleWithOrigin(TestRules.Rule("in0", $"239.1.{i / 200}.{i % 200}", 5000, null, "239.2.2.2:6000:out0"), "mcrctl"))];
        Overlay few = Overlay.On([]).With(rules[0]);
        Overlay many = rules.Aggregate(few, (overlay, rule) => overlay.With(rule));
        var store = new OverlayFile(OpenDirectory(), null);
        Assert.Null(store.Save(few, null));
        using var done = new CancellationTokenSource();
        var seen = new HashSet<int>();
        int looks = 0;
        var onlooker = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                looks++;
                byte[] bytes = File.ReadAllBytes(RulesFile);
                using var text = System.Text.Json.JsonDocument.Parse(bytes);
                seen.Add(text.RootElement.GetProperty("rules").GetArrayLength());
            }
        }, TestContext.Current.CancellationToken);
        for (int i = 0; i < 50 || Volatile.Read(ref looks) < 200; i++)
        {
            Assert.Null(store.Save(i % 2 == 0 ? many : few, null));
            if (onlooker.IsFaulted)
                break;
        }

        await done.CancelAsync();
        await onlooker;
        Assert.Subset(new HashSet<int> { 1, 400 }, seen);
    }

    [Fact]
    public void What_cannot_be_written_should_leave_what_was_there()
    {
        var rule = new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.1", 5000, null, "239.2.2.2:6000:out0"), "mcrctl");
        var other = new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.2", 5000, null, "239.2.2.2:6000:out0"), "mcrctl");
        var store = new OverlayFile(OpenDirectory(), null);
        Overlay first = Overlay.On([]).With(rule);
        Assert.Null(store.Save(first, null));
        Directory.CreateDirectory(RulesFile + DurableFile.Unfinished); // in the way, even of root
        string? problem = store.Save(first.With(other), null);
        Assert.Contains(RulesFile, problem, StringComparison.Ordinal);
        Assert.Equal([rule], RuleLedger.Open([], OpenDirectory()).Rules);
        Directory.Delete(RulesFile + DurableFile.Unfinished);
        Assert.Null(store.Save(first.With(other), null));
        Assert.Equal(2, RuleLedger.Open([], OpenDirectory()).Rules.Length);
    }

    [Fact]
    public void File_that_could_not_be_read_again_should_not_be_written()
    {
        string? problem = OpenDirectory().Write("large.json", new byte[(16 << 20) + 1]);
        Assert.Contains("more than the 16 MiB", problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path));
    }

    /// <summary>Wherever mcrd is killed in between: what was before, until the change is confirmed.</summary>
    [Fact]
    public void Next_mcrd_should_begin_with_what_was_before_a_change_that_nobody_confirmed()
    {
        var first = new RuleWithOrigin(TestRules.Rule("in0", "239.1.1.1", 5000, null, "239.2.2.2:6000:out0"), "mcrctl");
        Overlay before = Overlay.On([]).With(first);
        Overlay after = before.Without(first.Rule.Input).With(first with { Rule = TestRules.Rule("in0", "239.1.1.9", 5000, null, "239.2.2.2:6000:out0") });
        var store = new OverlayFile(OpenDirectory(), null);
        Assert.Null(store.Save(before, null));
        Assert.Null(store.Save(after, before));
        Assert.Equal(first.Rule, Assert.Single(RuleLedger.Open([], OpenDirectory()).Rules).Rule);
        Assert.Null(store.Save(after, null)); // it is confirmed
        Assert.Equal(after.Added.Values.Single().Rule, Assert.Single(RuleLedger.Open([], OpenDirectory()).Rules).Rule);
        Assert.Equal([RulesFile], Directory.GetFiles(Path));

        // A change that cannot be written down leaves what was before it.
        Assert.Null(store.Save(before, null));
        Directory.CreateDirectory(RulesFile + ".new");
        Assert.NotNull(store.Save(after, before));
        Assert.Equal(first.Rule, Assert.Single(RuleLedger.Open([], OpenDirectory()).Rules).Rule);
        Directory.Delete(RulesFile + ".new");
    }

    private string? Save(Overlay overlay) => new OverlayFile(OpenDirectory(), null).Save(overlay, null);

    private StateDirectory OpenDirectory() => new(Path, _warnings.Add, TimeProvider.System);
}
