using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Mcr.Actors.Control;
using Mcr.Specs.Control;

namespace Mcr.Specs.Reference;

/// <summary>user_docs/REFERENCE.md.</summary>
internal static partial class ReferencePage
{
    private const string Head = """
        # Reference

        Every command with its options, every key of the configuration, and what programs print for other programs. How to begin is in the
        [README](../README.md). This page is made from the command lines of the programs and from [`reference.hocon`](../hocon/reference.hocon); a spec
        (`ReferenceSpecs`) compares it, and writes it with `MCR_WRITE_DOCS=1` in its environment. The same as manual pages: mcrd(8), mcrctl(1), mcrgen(1),
        mcrd.hocon(5), in [`packaging/man`](../packaging/man).

        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(UnicodeRanges.All), NewLine = "\n" };

    /// <summary>Which command prints an answer of a kind.</summary>
    private static readonly (string Command, string Kind)[] Answers =
    [
        ("mcrctl list", nameof(ControlResponse.Rules)),
        ("mcrctl stats", nameof(ControlResponse.Stats)),
        ("mcrctl list-workers", nameof(ControlResponse.Workers)),
        ("mcrctl interfaces", nameof(ControlResponse.Interfaces)),
        ("mcrctl log-level get", nameof(ControlResponse.LogLevels)),
        ("mcrctl config show", nameof(ControlResponse.Config)),
        ("mcrctl config load", nameof(ControlResponse.Changes)),
        ("mcrctl audit", nameof(ControlResponse.Audit)),
        ("mcrctl version", nameof(ControlResponse.Version)),
        ("mcrctl ping", nameof(ControlResponse.Pong)),
        ("mcrctl add", nameof(ControlResponse.Success)),
    ];

    public static string Text()
    {
        var page = new Markdown();
        foreach (ProgramModel program in ProgramModel.All)
            Program(page, program, HandWritten.Of(program.Name));
        Configuration(page, ConfigurationModel.Read(), HandWritten.Of("mcrd.hocon"));
        Json(page);
        page.Heading(2, "Counters");
        page.Paragraph("What `mcrctl stats`, `trace`, `list-workers` and `interfaces` count, with units: [`docs/statistics.md`](../docs/statistics.md). Alarms and events: [`docs/alarms.md`](../docs/alarms.md). Legs: [`docs/site-to-site.md`](../docs/site-to-site.md). Screens: [`docs/screens.md`](../docs/screens.md).");
        return page.Text(Head.ReplaceLineEndings("\n"));
    }

    private static void Program(Markdown page, ProgramModel program, HandWritten texts)
    {
        page.Heading(2, program.Name);
        page.Paragraph(program.Root.Description);
        page.Blocks([new Block.Code([.. Synopsis.Of(program)])]);
        page.Blocks(texts.Section("DESCRIPTION"));
        if (program.Global.Length > 0)
        {
            page.Heading(3, $"{program.Name}: options of all commands");
            Options(page, program.Global);
        }

        foreach (CommandModel command in program.Commands)
        {
            page.Heading(3, command.Runs && command.Words.Length == 0 ? $"{program.Name} (alone)" : command.Path);
            page.Paragraph(command.Aliases.Length == 0 ? command.Description : $"{command.Description} Also called `{string.Join("`, `", command.Aliases)}`.");
            page.Blocks([new Block.Code([Synopsis.Of(command)])]);
            OptionModel[] own = [.. command.Options.Where(o => !o.IsGlobal)];
            if (command.Arguments.Length > 0)
                page.Table(["argument", ""], command.Arguments.Select(a => new[] { $"`{a.Name}`", a.Description }));
            if (own.Length > 0)
                Options(page, own);
            page.Blocks(texts.Commands.GetValueOrDefault(command.Path, []));
        }

        foreach ((string title, Block[] blocks) in texts.Sections.Where(s => s.Title is not "DESCRIPTION" and not "SEE ALSO"))
        {
            page.Heading(3, $"{program.Name}: {title.ToLowerInvariant()}");
            page.Blocks(blocks);
        }
    }

    private static void Options(Markdown page, OptionModel[] options) =>
        page.Table(["option", "", "without it"], options.Select(o => new[] { $"`{o.Words}`", Escape(o.Description), Escape(o.Need.Length > 0 ? o.Need : o.Default ?? "") }));

    /// <summary>What a renderer would take for its own.</summary>
    private static string Escape(string text) => text.Replace("*", "\\*", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static void Configuration(Markdown page, ConfigurationModel model, HandWritten texts)
    {
        page.Heading(2, "Configuration");
        page.Blocks(texts.Section("DESCRIPTION"), "hocon");
        page.Blocks(model.Head);
        foreach (ConfigEntry entry in model.Entries)
        {
            if (entry.IsSection)
            {
                page.Heading(entry.IsExample ? 4 : 3, entry.Path);
                page.Blocks(Linked(entry.Text), "hocon");
                continue;
            }

            page.Heading(4, entry.Path);
            if (entry.Value is { } value)
                page.Paragraph(entry.IsExample ? $"For example `{entry.Line}`." : $"{char.ToUpperInvariant(entry.Type[0])}{entry.Type[1..]}. Default: `{value}`.");
            page.Blocks(Linked(entry.Text), "hocon");
        }
    }

    /// <summary>Where a comment names a page, there is a way to it.</summary>
    private static IEnumerable<Block> Linked(IEnumerable<Block> blocks) =>
        blocks.Select(block => block is Block.Paragraph paragraph ? new Block.Paragraph(Page().Replace(paragraph.Text, "[$0](../$0)")) : block);

    private static void Json(Markdown page)
    {
        page.Heading(2, "What mcrctl prints for programs");
        page.Paragraph("With `--json`, or where its output is no terminal, `mcrctl` prints one JSON object, in one line. Its only member says what kind of answer it is. Members that are not known have no value (`null`) or are left out; later versions may have more of them. An error goes to stderr as sentences, with the exit code 1. Below, answers as specs have recorded them, on several lines to be read.");
        JsonElement[] recorded = [.. ResponseCodecSpecs.Recorded.Select(row => JsonDocument.Parse(row.Data.Item1).RootElement)];
        foreach ((string command, string kind) in Answers)
        {
            page.Heading(3, $"{command}: {kind}");
            page.Blocks([new Block.Code(JsonNode.Parse(recorded.First(r => r.TryGetProperty(kind, out _)).GetRawText())!.ToJsonString(Indented).Split('\n'))], "json");
        }
    }

    [GeneratedRegex(@"docs/[\w-]+\.md")]
    private static partial Regex Page();
}
