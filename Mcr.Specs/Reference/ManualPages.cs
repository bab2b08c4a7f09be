namespace Mcr.Specs.Reference;

/// <summary>packaging/man: one page for each program, and one for the configuration.</summary>
internal static class ManualPages
{
    /// <summary>Of the last change to <c>Texts</c> that a reader would notice.</summary>
    private const string Date = "2026-11-29";

    private static readonly (ProgramModel Program, int Section)[] Programs = [(ProgramModel.Mcrd, 8), (ProgramModel.Mcrctl, 1), (ProgramModel.Mcrgen, 1)];

    /// <returns>Text by file name.</returns>
    public static Dictionary<string, string> All()
    {
        Dictionary<string, string> pages = Programs.ToDictionary(p => $"{p.Program.Name}.{p.Section}", p => Of(p.Program, p.Section));
        pages.Add("mcrd.hocon.5", Configuration());
        return pages;
    }

    private static string Of(ProgramModel program, int section)
    {
        HandWritten texts = HandWritten.Of(program.Name);
        var page = new Roff(program.Name, section, Date);
        Begin(page, texts);
        foreach (CommandModel command in program.Commands)
            page.Usage(command.Path, program.Global.Length > 0 ? [.. Synopsis.Words(command).Skip(1), "[OPTION…]"] : Synopsis.Words(command).Skip(1));
        page.Section("DESCRIPTION");
        page.Blocks(texts.Section("DESCRIPTION"));
        OptionModel[] top = program.Root.Runs ? program.Root.Options : program.Global;
        page.Section("OPTIONS");
        if (program.Global.Length > 0)
            page.Paragraph("These may stand with any command:");
        Options(page, [.. top, new OptionModel("--help", null, "Say what there is, of the program or of a command", null, "", true, []), new OptionModel("--version", null, "Print the version of the program", null, "", true, [])]);
        page.Section("COMMANDS");
        foreach (CommandModel command in program.Commands.Where(c => c.Words.Length > 0))
        {
            page.Part(command.Words);
            page.Paragraph(command.Aliases.Length == 0 ? command.Description : $"{command.Description} Also called {string.Join(", ", command.Aliases)}.");
            foreach (ArgumentModel argument in command.Arguments)
                page.Term(argument.Name, $"{argument.Description}.");
            Options(page, [.. command.Options.Where(o => !o.IsGlobal)]);
            page.Blocks(texts.Commands.GetValueOrDefault(command.Path, []));
        }

        End(page, texts);
        return page.Text();
    }

    private static string Configuration()
    {
        HandWritten texts = HandWritten.Of("mcrd.hocon");
        ConfigurationModel model = ConfigurationModel.Read();
        var page = new Roff("mcrd.hocon", 5, Date);
        Begin(page, texts);
        page.Paragraph("`/etc/mcr/mcrd.hocon`");
        page.Paragraph("`/etc/mcr/conf.d/*.hocon`");
        page.Section("DESCRIPTION");
        page.Blocks(texts.Section("DESCRIPTION"));
        page.Blocks(model.Head);
        page.Section("KEYS");
        foreach (ConfigEntry entry in model.Entries)
        {
            if (entry.IsSection && !entry.IsExample)
                page.Part(entry.Path);
            if (entry.IsSection && !entry.IsExample)
                page.Blocks(entry.Text);
            else
                Key(page, entry);
        }

        End(page, texts);
        return page.Text();
    }

    private static void Key(Roff page, ConfigEntry entry)
    {
        page.Term(entry.Path, entry.Value is not { } value ? "" : entry.IsExample ? $"For example `{entry.Line}`." : $"{char.ToUpperInvariant(entry.Type[0])}{entry.Type[1..]}. Default: `{value}`.");
        if (entry.Text.Length > 0)
            page.Within(() => page.Blocks(entry.Text));
    }

    private static void Begin(Roff page, HandWritten texts)
    {
        page.Section("NAME");
        page.Line(texts.Name);
        page.Section("SYNOPSIS");
    }

    private static void End(Roff page, HandWritten texts)
    {
        foreach ((string title, Block[] blocks) in texts.Sections.Where(s => s.Title != "DESCRIPTION"))
        {
            page.Section(title);
            page.Blocks(blocks);
        }
    }

    private static void Options(Roff page, IEnumerable<OptionModel> options)
    {
        foreach (OptionModel option in options)
            page.Term(option.Words, string.Join(" ", new[] { $"{option.Description}.", option.Need.Length > 0 ? $"{char.ToUpperInvariant(option.Need[0])}{option.Need[1..]}." : null, option.Default is { } text && option.Value is not null ? $"Default: {text}." : null }.OfType<string>()));
    }
}
