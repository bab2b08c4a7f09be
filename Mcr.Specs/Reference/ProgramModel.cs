using System.CommandLine;
using System.CommandLine.Completions;

namespace Mcr.Specs.Reference;

/// <summary>A program's command line as documents and completions need it, from the model that parses it.</summary>
internal sealed record ProgramModel(string Name, CommandModel Root)
{
    public static readonly ProgramModel Mcrd = Of("mcrd", Mcr.Host.Mcrd.CommandLine.Build());
    public static readonly ProgramModel Mcrctl = Of("mcrctl", Mcr.Host.Mcrctl.Program.Build());
    public static readonly ProgramModel Mcrgen = Of("mcrgen", Mcr.Host.Mcrgen.Program.Build());

    public static readonly ProgramModel[] All = [Mcrd, Mcrctl, Mcrgen];

    /// <summary>Options that may stand with any command.</summary>
    public OptionModel[] Global => [.. Root.Options.Where(o => o.IsGlobal)];

    /// <summary>Those that do something themselves, the root among them if it does; in the order of their help.</summary>
    public CommandModel[] Commands => [.. Root.Tree().Where(c => c.Runs)];

    private static ProgramModel Of(string name, RootCommand root) => new(name, CommandModel.Of(root, name));
}

/// <param name="Path">With the program's name: <c>mcrctl cluster status</c>.</param>
/// <param name="Runs">It does something itself, and is not only a name for those below it.</param>
internal sealed record CommandModel(string Path, string Name, string[] Aliases, string Description, bool Runs, ArgumentModel[] Arguments, OptionModel[] Options, CommandModel[] Commands)
{
    public static CommandModel Of(Command command, string path) => new(
        path,
        command is RootCommand ? path : command.Name,
        [.. command.Aliases.Where(a => command is not RootCommand && a != command.Name)],
        command.Description ?? "",
        command.Action is not null,
        [.. command.Arguments.Select(a => new ArgumentModel(a.Name, a.Description ?? "", a.Arity.MaximumNumberOfValues > 1))],
        [.. command.Options.Where(o => !o.Hidden && o is not (System.CommandLine.Help.HelpOption or VersionOption)).Select(OptionModel.Of)],
        [.. command.Subcommands.Where(c => !c.Hidden).Select(c => Of(c, $"{path} {c.Name}"))]);

    /// <summary>Below the program's name; empty for the program itself.</summary>
    public string Words => Path.Contains(' ', StringComparison.Ordinal) ? Path[(Path.IndexOf(' ', StringComparison.Ordinal) + 1)..] : "";

    public IEnumerable<CommandModel> Tree() => Commands.SelectMany(c => c.Tree()).Prepend(this);
}

internal sealed record ArgumentModel(string Name, string Description, bool IsMany);

/// <param name="Value">What stands behind it, in capitals; null: nothing does, it is a flag.</param>
/// <param name="Default">In words; null: there is none, see <paramref name="Need"/>.</param>
/// <param name="Need">Empty: it may be left out. <c>required</c>, or that and when.</param>
/// <param name="Choices">All that it may be, or what it is mostly; empty: anything.</param>
internal sealed record OptionModel(string Name, string? Value, string Description, string? Default, string Need, bool IsGlobal, string[] Choices)
{
    private const string DefaultMark = " (default: ";
    private const string NeedMark = " (required";

    /// <summary>As it is written in a line of usage.</summary>
    public string Words => Value is null ? Name : $"{Name} {Value}";

    public string Usage => Need is "required" ? Words : $"[{Words}]";

    public static OptionModel Of(Option option)
    {
        bool isFlag = option.ValueType == typeof(bool);
        string text = option.Description ?? "";
        (string said, string? without) = Split(text, DefaultMark);
        (string whole, string? need) = Split(said, NeedMark);
        return new OptionModel(
            option.Name,
            isFlag ? null : option.HelpName,
            whole,
            without ?? (option.HasDefaultValue && !isFlag ? $"{option.GetDefaultValue()}" : isFlag ? "off" : null),
            option.Required ? "required" : need is null ? "" : $"required{need}",
            option.Recursive,
            isFlag ? [] : [.. option.GetCompletions(CompletionContext.Empty).Select(c => c.Label)]);
    }

    /// <summary>A text and what its end says in brackets.</summary>
    private static (string Text, string? End) Split(string text, string mark)
    {
        int at = text.LastIndexOf(mark, StringComparison.Ordinal);
        return at < 0 || text[^1] != ')' ? (text, null) : (text[..at], text[(at + mark.Length)..^1]);
    }
}
