using System.Text;
using Mcr.Actors.Control;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Specs.Control;

/// <summary>docs/screens.md: every screen in two widths, with one rule and with many, as text.</summary>
internal static class ScreensDocument
{
    /// <summary>Of a screen that is longer than a page, so much is shown.</summary>
    private const int MostLines = 16;

    private const string Head = """
        # What mcrctl shows

        Every screen in terminals of 80 and of 200 columns, with one rule and with 500. A spec renders this page anew and compares it
        (`ScreensSpecs`); `MCR_WRITE_SCREENS=1` in its environment has it written.

        What was looked for: the worst comes first (failed, degraded, pending, dropping, silent), then the fastest; each number has its unit, or its
        column's title is what is counted (datagrams); no address is broken or cut. Names give way before columns do, and what was left out is said. State is a word: colour
        (red for failed and dropping, magenta for degraded and pending, faint for silent; no yellow, no blue, which are lost on light or on dark ground)
        only repeats it, so `NO_COLOR` loses nothing. `TERM=dumb` gets no sequence at all; `stats --watch` then prints below what is there. Where not even
        the narrowest columns fit, each row becomes lines of titles and values.

        """;

    public static string Text()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach ((string title, Func<int, Screen> screen) in Screens())
        {
            page.Append($"\n## {title}\n");
            foreach (int rules in (int[])[1, 500])
            {
                foreach (int width in (int[])[80, 200])
                    page.Append($"\n{Quantity.Count(rules, "rule")}, {width} columns:\n\n```\n{Body(screen(rules), width, title)}```\n");
            }
        }

        return page.ToString();
    }

    private static (string Title, Func<int, Screen> Screen)[] Screens() =>
    [
        ("mcrctl list", rules => AnswerScreen.Of(new ControlResponse.Rules(SampleAnswers.Rules(rules)))),
        ("mcrctl stats", rules => StatsScreen.ByRule(SampleAnswers.Stats(rules), SampleAnswers.Now)),
        ("mcrctl stats --watch", rules => StatsScreen.ByRule(SampleAnswers.Stats(rules), SampleAnswers.Now)),
        ("mcrctl stats --by output", rules => StatsScreen.ByOutput(SampleAnswers.Stats(rules), SampleAnswers.Now)),
        ("mcrctl stats --by worker", rules => WorkerScreen.Traffic(SampleAnswers.Workers(rules == 1 ? 1 : 4), SampleAnswers.Now)),
        ("mcrctl stats --by interface", rules => InterfaceScreen.Traffic(SampleAnswers.Interfaces(rules == 1 ? 1 : 5), SampleAnswers.Now)),
        ("mcrctl list-workers", rules => AnswerScreen.Of(new ControlResponse.Workers(SampleAnswers.Workers(rules == 1 ? 1 : 4)))),
        ("mcrctl interfaces", rules => AnswerScreen.Of(new ControlResponse.Interfaces(SampleAnswers.Interfaces(rules == 1 ? 1 : 5)))),
        ("mcrctl cluster status", rules => AnswerScreen.Of(new ControlResponse.ClusterStatus(SampleAnswers.Cluster(rules == 1 ? 2 : 7)))),
        ("mcrctl cluster rules", rules => AnswerScreen.Of(new ControlResponse.ClusterRules(SampleAnswers.ClusterRules(rules)))),
        ("mcrctl list, with legs", rules => AnswerScreen.Of(new ControlResponse.Rules(SampleLegs.Rules(rules)))),
        ("mcrctl stats, with legs", rules => StatsScreen.ByRule(SampleLegs.Stats(rules), SampleAnswers.Now)),
        ("mcrctl stats --by output, with legs", rules => StatsScreen.ByOutput(SampleLegs.Stats(rules), SampleAnswers.Now)),
        ("mcrctl list, with several inputs", rules => AnswerScreen.Of(new ControlResponse.Rules(SampleInputs.Rules(rules)))),
        ("mcrctl stats, with several inputs", rules => StatsScreen.ByRule(SampleInputs.Stats(rules), SampleAnswers.Now)),
        ("mcrctl cluster status, with legs", rules => AnswerScreen.Of(new ControlResponse.ClusterStatus(SampleLegs.Cluster(rules == 1 ? 2 : 7)))),
    ];

    private static string Body(Screen screen, int width, string title)
    {
        if (title.EndsWith("--watch", StringComparison.Ordinal))
            return Join(screen.Frame(width, 24));
        Line[] lines = [.. screen.Lines(width)];
        return Join(lines.Take(MostLines)) + (lines.Length > MostLines ? $"[and {lines.Length - MostLines} lines more]\n" : "");
    }

    private static string Join(IEnumerable<Line> lines) => string.Concat(lines.Select(line => line.Text(isColoured: false) + "\n"));
}
