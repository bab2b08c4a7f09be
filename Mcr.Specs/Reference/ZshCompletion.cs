using System.Text;

namespace Mcr.Specs.Reference;

/// <summary>A completion script for zsh: a function for each command.</summary>
internal static class ZshCompletion
{
    private const string Head = """
        #compdef {{name}}
        # zsh completion for {{name}}. Made by ReferenceSpecs from the command line of the program itself.

        _{{name}}_interfaces() {
          local -a names
          names=(/sys/class/net/*(N:t))
          compadd -a names
        }
        {{ask}}
        """;

    private const string Ask = """

        # What mcrd says just now: member $2 in its answer to $1. Nothing, soon, where it cannot be asked.
        _{{name}}_ask() {
          local -a names
          names=(${(f)"$(timeout 1 $given --json ${=1} 2>/dev/null </dev/null | grep -oE "\"$2\":\"[^\"\\\\]*\"" | sed -E 's/^[^:]*:"(.*)"$/\1/' | sort -u)"})
          compadd -a names
        }

        """;

    /// <summary>The program as it was called, and where mcrd is: for whoever is asked for names.</summary>
    private const string Given = """
          local -a given
          local i
          given=(${(Q)words[1]})
          for ((i = 2; i < CURRENT - 1; i++)); do
            case $words[i] in
              {{where}}) given+=($words[i] ${(Q)words[i+1]}) ;;
            esac
          done

        """;

    public static string Of(ProgramModel program)
    {
        ValueKind[] kinds = [.. program.Root.Tree().SelectMany(c => c.Options.Where(o => o.Value is not null).Select(ValueKinds.Of).Concat(c.Arguments.Select(ValueKinds.Of)))];
        ValueKind[] asked = [.. ValueKinds.Asked.Keys.Where(kinds.Contains)];
        var script = new StringBuilder(Head.Replace("{{ask}}\n", "", StringComparison.Ordinal).Replace("{{ask}}", asked.Length == 0 ? "" : Ask, StringComparison.Ordinal));
        foreach (CommandModel command in program.Root.Tree().Reverse())
            script.Append('\n').Append(Function(program, command, isAsking: asked.Length > 0));
        return script.Append($"\n_{program.Name} \"$@\"\n").Replace("{{name}}", program.Name).ToString();
    }

    private static string Function(ProgramModel program, CommandModel command, bool isAsking)
    {
        OptionModel[] options = [.. command.Options.Where(o => !o.IsGlobal), .. program.Global];
        string[] specs = [.. options.Select(o => Spec(program, o)), "'--help[Say what there is]'", .. command == program.Root ? ["'--version[Print the version]'"] : Array.Empty<string>()];
        string[] arguments = [.. command.Arguments.Select((a, i) => $"'{(a.IsMany ? "*" : i + 1)}:{Escape(a.Name, ":")}:{Action(program, ValueKinds.Of(a), [])}'")];
        string given = command == program.Root && isAsking ? Given.Replace("{{where}}", string.Join('|', program.Global.Where(o => o.Value is not null).Select(o => o.Name)), StringComparison.Ordinal) : "";
        if (command.Commands.Length == 0)
            return $"{Name(command)}() {{\n  _arguments \\\n    {string.Join(" \\\n    ", [.. specs, .. arguments])}\n}}\n";
        string[] names = [.. command.Commands.SelectMany(c => c.Aliases.Prepend(c.Name).Select(name => $"'{name}:{Escape(c.Description.TrimEnd('.'), "")}'"))];
        string[] cases = [.. command.Commands.Select(c => $"        {string.Join('|', c.Aliases.Prepend(c.Name))}) {Name(c)} && ret=0 ;;")];
        return $$"""
            {{Name(command)}}() {
              local curcontext="$curcontext" state line ret=1
              local -A opt_args
              local -a commands
            {{given}}  _arguments -C \
                {{string.Join(" \\\n    ", specs)}} \
                '1:command:->command' \
                '*::argument:->rest' && ret=0
              case $state in
                command)
                  commands=(
                    {{string.Join("\n        ", names)}}
                  )
                  _describe -t commands command commands && ret=0
                  ;;
                rest)
                  case $words[1] in
            {{string.Join('\n', cases)}}
                  esac
                  ;;
              esac
              return ret
            }

            """;
    }

    private static string Name(CommandModel command) => $"_{command.Path.Replace(" ", "__", StringComparison.Ordinal)}";

    private static string Spec(ProgramModel program, OptionModel option)
    {
        string said = $"[{Escape(option.Description, "[]")}]";
        return option.Value is not { } value ? $"'{option.Name}{said}'" : $"'*{option.Name}{said}:{Escape(value, ":")}:{Action(program, ValueKinds.Of(option), option.Choices)}'";
    }

    private static string Action(ProgramModel program, ValueKind kind, string[] choices) => kind switch
    {
        ValueKind.Words => $"({string.Join(' ', choices)})",
        ValueKind.File => "_files",
        ValueKind.Directory => "_files -/",
        ValueKind.Interface => $"_{program.Name}_interfaces",
        ValueKind.Other => " ",
        _ => $"_{program.Name}_ask \"{ValueKinds.Asked[kind].Command}\" {ValueKinds.Asked[kind].Member}",
    };

    /// <summary>Within single quotes; what zsh would take for its own has a backslash.</summary>
    private static string Escape(string text, string special) =>
        string.Concat(text.Select(c => c == '\'' ? "'\\''" : special.Contains(c, StringComparison.Ordinal) || c == '\\' ? $"\\{c}" : $"{c}"));
}
