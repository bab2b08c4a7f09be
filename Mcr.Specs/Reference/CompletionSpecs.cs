using System.Diagnostics;
using Mcr.Actors.Control;
using Mcr.Specs.Control;

namespace Mcr.Specs.Reference;

/// <summary>The completions that are shipped, in the shells that they are for.</summary>
public sealed class CompletionSpecs
{
    /// <summary>Runs the function that bash would call, with the words that bash would make of the line, and prints each reply.</summary>
    private const string AskBash = """
        script=$1; shift
        source "$script" || exit 1
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        "_${script##*/}"
        for reply in "${COMPREPLY[@]}"; do printf '%s\n' "$reply"; done
        """;

    [Theory]
    [InlineData("mcrctl", "mcrctl|upg", "upgrade-hold")]
    [InlineData("mcrctl", "mcrctl|list", "list,list-rules,list-workers")]
    [InlineData("mcrctl", "mcrctl|--json|cluster|", "down,drain,forget,join,leave,rules,status,takeover")]
    [InlineData("mcrctl", "mcrctl|add|--inp", "--input-group,--input-interface,--input-port,--input-rule")]
    [InlineData("mcrctl", "mcrctl|add|--outputs|239.2.2.2|:|6000|:|eth1|--na", "--name")]
    [InlineData("mcrctl", "mcrctl|--socket-path|add|st", "stats")]
    [InlineData("mcrctl", "mcrctl|stats|--by|", "interface,output,rule,worker")]
    [InlineData("mcrctl", "mcrctl|stats|--by|=|wo", "worker")]
    [InlineData("mcrctl", "mcrctl|stats|--by|=", "interface,output,rule,worker")]
    [InlineData("mcrctl", "mcrctl|log-level|set|--level|de", "debug,default")]
    [InlineData("mcrctl", "mcrctl|log-level|set|--facility|Net", "Network")]
    [InlineData("mcrctl", "mcrctl|add|--input-group|", "")]
    [InlineData("mcrd", "mcrd|tls|", "init,show")]
    [InlineData("mcrd", "mcrd|supervisor|--lo", "--log-json")]
    [InlineData("mcrd", "mcrd|check|--config|/proc/self/mounti", "/proc/self/mountinfo")]
    [InlineData("mcrd", "mcrd|tls|show|/proc/self/mounti", "/proc/self/mountinfo")]
    [InlineData("mcrd", "mcrd|tls|init|--directory|/proc/sel", "/proc/self")]
    [InlineData("mcrgen", "mcrgen|rec", "receive")]
    [InlineData("mcrgen", "mcrgen|--random|--se", "--seed,--segments")]
    [InlineData("mcrgen", "mcrgen|receive|--ti", "--timeout")]
    public void Bash_should_offer(string program, string line, string offered) =>
        Assert.Equal(offered.Split(',', StringSplitOptions.RemoveEmptyEntries), Bash(program, line.Split('|')).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("mcrctl", "mcrctl|workers|--interface|l")]
    [InlineData("mcrd", "mcrd|supervisor|--interface|")]
    [InlineData("mcrgen", "mcrgen|receive|--interface|lo")]
    public void Bash_should_offer_the_interfaces_of_this_host(string program, string line) => Assert.Contains("lo", Bash(program, line.Split('|')));

    /// <summary>Names come from whoever may add rules: they are offered as data, and run nothing.</summary>
    [Fact]
    public async Task Bash_should_offer_names_that_mcrd_knows_whatever_is_in_them()
    {
        await using var fixture = new ControlFixture();
        string trap = Path.Combine(Path.GetDirectoryName(fixture.SocketPath)!, "trap");
        fixture.AnswerWith(new ControlResponse.Rules([Rule("r-1", "video"), Rule("r-2", $"v $(touch {trap})"), Rule("r-3", null), Rule("s-4", "sound")]));

        string[] names = [];
        McrdWaits.Until(() => (names = Bash("mcrctl", [Executables.Mcrctl, "--socket-path", fixture.SocketPath, "remove", "--name", "v"])).Length > 0, () => "names, within the time that a completion takes");
        Assert.Equal([$@"v\ \$\(touch\ {trap}\)", "video"], names.Order(StringComparer.Ordinal));
        Assert.False(File.Exists(trap));
        McrdWaits.Until(() => (names = Bash("mcrctl", [Executables.Mcrctl, "--socket-path", fixture.SocketPath, "trace", "enable", "--rule-id", "r"])).Length > 0, () => "ids");
        Assert.Equal(["r-1", "r-2", "r-3"], names);
        Assert.All(fixture.Requests, request => Assert.IsType<ControlRequest.ListRules>(request));
    }

    [Fact]
    public async Task Bash_should_not_wait_for_an_mcrd_that_does_not_answer()
    {
        await using var fixture = new ControlFixture();
        fixture.Handle = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("a delay without end has ended");
        };
        long began = Stopwatch.GetTimestamp();
        Assert.Empty(Bash("mcrctl", [Executables.Mcrctl, "--socket-path", fixture.SocketPath, "remove", "--name", ""]));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 15); // mcrctl itself would wait for 25
    }

    [Theory]
    [InlineData("mcrd")]
    [InlineData("mcrctl")]
    [InlineData("mcrgen")]
    public void Script_should_be_one_that_its_shell_can_read(string program)
    {
        using var bash = new RunningProcess(null, "bash", ["-n", Script("bash", program)]);
        Assert.Equal((0, "", ""), bash.End());
        NamespaceSupport.RequireProgram("zsh");
        using var zsh = new RunningProcess(null, "zsh", ["-n", Script("zsh", $"_{program}")]);
        Assert.Equal((0, "", ""), zsh.End());
    }

    /// <summary>On a terminal, with the tabulator: what the line has become is seen by what the shell runs.</summary>
    [Fact]
    public void Zsh_should_complete_what_is_typed()
    {
        NamespaceSupport.RequireProgram("zsh");
        using var terminal = new PseudoTerminal(200, 40, new Dictionary<string, string?> { ["PS1"] = "% " }, "zsh", "-f", "-i");
        terminal.Type($"fpath=({Path.Combine(Executables.RepositoryRoot, "packaging", "completions", "zsh")} $fpath); autoload -Uz compinit; compinit -D -u; mcrd() {{ print -r -- \"<$0 $*>\" }}; functions[mcrctl]=$functions[mcrd]; functions[mcrgen]=$functions[mcrd]; print ready$((1 + 1))\r");
        terminal.Await("ready2");
        Complete("mcrctl upg\t", "<mcrctl upgrade-hold>");
        Complete("mcrctl --json cluster takeo\t", "<mcrctl --json cluster takeover>");
        Complete("mcrctl stats --by outp\t", "<mcrctl stats --by output>");
        Complete("mcrctl add --input-int\tlo\t --outp\tx", "<mcrctl add --input-interface lo --outputs x>");
        Complete("mcrctl log-level set --facility Netw\t", "<mcrctl log-level set --facility Network>");
        Complete("mcrd superv\t --conf\t/proc/self/mounti\t", "<mcrd supervisor --config /proc/self/mountinfo>");
        Complete("mcrgen recei\t --time\t3", "<mcrgen receive --timeout 3>");

        void Complete(string keys, string ran)
        {
            terminal.Type($"{keys}\r");
            terminal.Await(ran);
        }
    }

    private static RuleEntry Rule(string id, string? name) => new(id, name, "eth0", "239.1.1.1", 5000, [], "Active", null, SampleAnswers.Now, "mcrctl", null);

    private static string[] Bash(string program, string[] words)
    {
        using var run = new RunningProcess(null, "bash", ["--norc", "-c", AskBash, "bash", Script("bash", program), .. words], new Dictionary<string, string?> { ["MCR_REMOTE"] = null });
        (int exitCode, string output, string error) = run.End();
        Assert.Equal((0, ""), (exitCode, error));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Script(string shell, string name) => Path.Combine(Executables.RepositoryRoot, "packaging", "completions", shell, name);
}
