namespace Mcr.Specs.Reference;

/// <summary>How a command is written, in one line each.</summary>
internal static class Synopsis
{
    public static IEnumerable<string> Of(ProgramModel program) => program.Commands.Select(Of);

    public static string Of(CommandModel command) => string.Join(' ', Words(command));

    /// <summary>Words that belong together are one: <c>[--name NAME]</c>.</summary>
    public static IEnumerable<string> Words(CommandModel command)
    {
        OptionModel[] own = [.. command.Options.Where(o => !o.IsGlobal)];
        return [command.Path, .. own.Where(o => o.Need == "required").Select(o => o.Usage), .. own.Where(o => o.Need != "required").Select(o => o.Usage), .. command.Arguments.Select(a => a.IsMany ? $"{a.Name}…" : a.Name)];
    }
}
