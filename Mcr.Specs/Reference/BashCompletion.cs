using System.Text;

namespace Mcr.Specs.Reference;

/// <summary>A completion script for bash, of which only two tables differ between programs.</summary>
internal static class BashCompletion
{
    private const string Script = """
        # bash completion for {{name}}. Made by ReferenceSpecs from the command line of the program itself.

        # What stands behind option $2 of command $1: sets kind, to nothing where it is a flag or none.
        _{{name}}_kind() {
            kind=
            case "$1|$2" in
        {{values}}
            esac
        }

        # What may stand in command $1, which has $2 arguments already: sets commands, options, kind.
        _{{name}}_place() {
            commands= options= kind=
            case "$1" in
        {{commands}}
            esac
            case "$1|$2" in
        {{arguments}}
            esac
        }

        # Adds those lines of stdin that begin with what was typed; as data, whatever is in them.
        _{{name}}_offer() {
            local line
            while IFS= read -r line; do
                [[ -n $line && $line == "$cur"* ]] || continue
                line=${line#"$typed"}
                printf -v line %q "$line"
                COMPREPLY+=("$line")
            done
        }
        {{ask}}
        _{{name}}() {
            local cur typed raw word glue= option= command= kind= commands= options= place=0 i
            local -a words=() given=()
            COMPREPLY=()

            # bash takes words apart at : and =, which belong to them here.
            for ((i = 0; i <= COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if ((i > 1)) && [[ -n $glue || $word == [:=]* ]]; then
                    words[${#words[@]} - 1]+=$word
                else
                    words+=("$word")
                fi
                [[ $word == *[:=] ]] && glue=1 || glue=
            done
            cur=${words[${#words[@]} - 1]}
            raw=${COMP_WORDS[COMP_CWORD]}
            [[ $raw == [:=]* ]] && raw=

            for ((i = 1; i < ${#words[@]} - 1; i++)); do
                word=${words[i]}
                if [[ -n $option ]]; then
                    given+=("$option" "$word")
                    option=
                elif [[ $word == --*=* ]]; then
                    given+=("${word%%=*}" "${word#*=}")
                elif [[ $word == -* ]]; then
                    _{{name}}_kind "$command" "$word"
                    [[ -n $kind ]] && option=$word
                else
                    case "$command|$word" in
        {{words}}
                    *) place=$((place + 1)) ;;
                    esac
                fi
            done

            if [[ -n $option ]]; then
                _{{name}}_kind "$command" "$option"
            elif [[ $cur == --*=* ]]; then
                _{{name}}_kind "$command" "${cur%%=*}"
                cur=${cur#*=}
            else
                _{{name}}_place "$command" "$place"
                if [[ $cur == -* || -z $commands$kind ]]; then
                    kind="words $options"
                elif [[ -n $commands ]]; then
                    kind="words $commands"
                fi
            fi
            typed=${cur%"$raw"}

            case $kind in
            'words '*) _{{name}}_offer <<<"${kind#words }" ;;
            file | directory)
                compopt -o filenames 2>/dev/null
                while IFS= read -r word; do
                    COMPREPLY+=("${word#"$typed"}")
                done < <(compgen -"${kind:0:1}" -- "$cur")
                ;;
            interface)
                _{{name}}_offer < <(printf '%s\n' /sys/class/net/* | sed 's|.*/||')
                ;;
        {{asked}}
            esac
        }

        complete -F _{{name}} {{name}}

        """;

    private const string Ask = """

        # What mcrd says just now: member $2 in its answer to $1. Nothing, soon, where it cannot be asked.
        _{{name}}_ask() {
            local -a where=()
            local n
            for ((n = 0; n < ${#given[@]}; n += 2)); do
                case ${given[n]} in
                {{where}}) where+=("${given[n]}" "${given[n + 1]}") ;;
                esac
            done
            # $1 may be two words.
            timeout 1 "${words[0]}" --json "${where[@]}" $1 2>/dev/null </dev/null | grep -oE "\"$2\":\"[^\"\\\\]*\"" | sed -E 's/^[^:]*:"(.*)"$/\1/' | sort -u
        }

        """;

    public static string Of(ProgramModel program)
    {
        CommandModel[] all = [.. program.Root.Tree()];
        OptionModel[] global = program.Global;
        string[] values =
        [
            .. global.Where(o => o.Value is not null).Select(o => Case($"*'|{o.Name}'", $"kind={Kind(o)}")),
            .. all.SelectMany(c => c.Options.Where(o => !o.IsGlobal && o.Value is not null).Select(o => Case($"'{c.Words}|{o.Name}'", $"kind={Kind(o)}"))),
        ];
        string[] commands = [.. all.Select(c => Case(
            $"'{c.Words}'",
            $"commands={Lines(c.Commands.SelectMany(sub => sub.Aliases.Prepend(sub.Name)))} options={Lines([.. c.Options.Where(o => !o.IsGlobal).Select(o => o.Name), .. global.Select(o => o.Name), "--help", .. c == program.Root ? ["--version"] : Array.Empty<string>()])}"))];
        string[] arguments = [.. all.SelectMany(c => c.Arguments.Select((a, i) => Case(a.IsMany ? $"'{c.Words}|'*" : $"'{c.Words}|{i}'", $"kind={Kind(ValueKinds.Of(a))}")))];
        string[] words = [.. all.Where(c => c.Words.Length > 0).Select(c => Case(string.Join(" | ", c.Aliases.Prepend(c.Name).Select(name => $"'{Parent(c)}|{name}'")), $"command='{c.Words}'"))];
        ValueKind[] asked = [.. ValueKinds.Asked.Keys.Where(kind => values.Concat(arguments).Any(v => v.Contains($"kind={Kind(kind)} ", StringComparison.Ordinal)))];
        string ask = asked.Length == 0 ? "" : Ask.Replace("{{where}}", string.Join(" | ", global.Where(o => o.Value is not null).Select(o => o.Name)), StringComparison.Ordinal);
        return Script
            .Replace("{{values}}", In(4, values), StringComparison.Ordinal)
            .Replace("{{commands}}", In(4, commands), StringComparison.Ordinal)
            .Replace("    case \"$1|$2\" in\n{{arguments}}\n    esac\n", arguments.Length == 0 ? "" : $"    case \"$1|$2\" in\n{In(4, arguments)}\n    esac\n", StringComparison.Ordinal)
            .Replace("{{words}}", In(12, words), StringComparison.Ordinal)
            .Replace("{{asked}}\n", string.Concat(asked.Select(kind => $"    {Kind(kind)}) _{{{{name}}}}_offer < <(_{{{{name}}}}_ask '{ValueKinds.Asked[kind].Command}' {ValueKinds.Asked[kind].Member}) ;;\n")), StringComparison.Ordinal)
            .Replace("{{ask}}", ask, StringComparison.Ordinal)
            .Replace("{{name}}", program.Name, StringComparison.Ordinal);
    }

    private static string Parent(CommandModel command) => command.Words.LastIndexOf(' ') is var at and > 0 ? command.Words[..at] : "";

    private static string Kind(OptionModel option) => ValueKinds.Of(option) is var kind and not ValueKind.Words ? Kind(kind) : $"'words '{Lines(option.Choices)}";

    private static string Kind(ValueKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>One a line, as a word of bash.</summary>
    private static string Lines(IEnumerable<string> words) => words.ToArray() is { Length: > 0 } all ? $"$'{string.Join("\\n", all)}'" : "''";

    private static string Case(string pattern, string what) => $"{pattern}) {what} ;;";

    private static string In(int spaces, IEnumerable<string> lines) => string.Join('\n', lines.Select(line => new string(' ', spaces) + line));
}
