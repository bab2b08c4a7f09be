using System.Text.RegularExpressions;
using Mcr.Native.Interop;

namespace Mcr.Specs.Relay;

/// <summary>mcrctl on a real terminal, with a real mcrd.</summary>
public sealed partial class WatchSpecs
{
    private const string Rule = """{ name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] }""";
    private const string OfDotNet = "\e[?1h\e="; // keypad_xmit, with which its Console begins on every terminal

    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";

    [Fact]
    public void Watch_should_redraw_in_place_follow_the_size_and_give_the_terminal_back_when_interrupted()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using PseudoTerminal terminal = Watch(mcrd);
        terminal.Await("\e[2msilent");
        using RunningProcess sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", "1000", "--size", "1316");
        terminal.Await("Mbit/s");
        terminal.Await("ok ");
        Assert.DoesNotContain("DATAGRAMS IN", terminal.Text, StringComparison.Ordinal); // no room in 80 columns
        terminal.Resize(200, 50);
        terminal.Await("DATAGRAMS IN");
        Assert.Equal(0, Libc.kill(terminal.Pid, Libc.SIGINT));
        Assert.Equal(0, terminal.ExitCode);
        Assert.Single(Regex.Matches(terminal.Text, Regex.Escape(Enter)));
        Assert.DoesNotContain("\e[2J", terminal.Text, StringComparison.Ordinal); // erased first, it would flicker
        Assert.Matches(Regex.Escape(Leave) + @"(\r?\nScript done[^\n]*\n)?$", terminal.Text);
    }

    [Fact]
    public void Watch_should_give_the_terminal_back_before_it_says_that_mcrd_is_gone()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using PseudoTerminal terminal = Watch(mcrd);
        terminal.Await("1 rule: ");
        mcrd.Kill();
        Assert.Equal(1, terminal.ExitCode);
        Assert.Contains(Leave + "mcrctl: mcrd closed the connection without an answer", terminal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Colour_and_sequences_should_be_left_away_where_they_are_not_wanted()
    {
        using var topology = new RelayTopology();
        using McrdProcess mcrd = McrdProcess.StartReady(topology.Relay, Rule);
        using (PseudoTerminal terminal = Watch(mcrd, ("NO_COLOR", "1")))
        {
            terminal.Await("silent");
            Assert.Contains(Enter, terminal.Text, StringComparison.Ordinal);
            Assert.DoesNotMatch(Looks(), terminal.Text);
        }

        using (PseudoTerminal terminal = Watch(mcrd, ("TERM", "dumb")))
        {
            McrdWaits.Until(() => Regex.Count(terminal.Text, "silent") > 2, "more than one table");
            Assert.DoesNotContain('\e', terminal.Text);
        }

        foreach (string[] verb in (string[][])[["list"], ["stats"], ["stats", "--by", "output"], ["stats", "--by", "worker"], ["stats", "--by", "interface"], ["list-workers"], ["interfaces"], ["log-level", "get"]])
        {
            foreach (int width in (int[])[80, 200])
            {
                using var terminal = new PseudoTerminal(width, 24, null, Executables.Mcrctl, ["--socket-path", mcrd.ControlSocket, .. verb]);
                Assert.Equal(0, terminal.ExitCode);
                Assert.Matches(Looks(), terminal.Text);
                string text = Looks().Replace(terminal.Text, "").Replace(OfDotNet, "", StringComparison.Ordinal);
                Assert.DoesNotContain('\e', text); // nothing but looks
                Assert.All(text.Split('\n').Where(l => !l.StartsWith("Script ", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 0, width));
            }
        }
    }

    private static PseudoTerminal Watch(McrdProcess mcrd, params (string Name, string? Value)[] environment) =>
        new(80, 24, environment.ToDictionary(e => e.Name, e => e.Value), Executables.Mcrctl, "--socket-path", mcrd.ControlSocket, "stats", "--watch");

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Looks();
}
