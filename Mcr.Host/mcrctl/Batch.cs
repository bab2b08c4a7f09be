using System.CommandLine;
using System.Globalization;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>The lines of a batch as one request, and where each part of it was written.</summary>
internal sealed class Batch
{
    private readonly List<ControlRequest.Add> _adds = [];
    private readonly List<ControlRequest.Remove> _removes = [];
    private readonly List<int> _addLines = [];
    private readonly List<int> _removeLines = [];

    public ControlRequest.ChangeRules Request => new() { Rules = _adds, Removals = _removes, From = "batch" };

    /// <param name="problems">Gets all that is wrong, with the number of its line.</param>
    public static Batch Read(TextReader input, List<string> problems)
    {
        var batch = new Batch();
        var add = new AddCommand();
        var remove = new RemoveCommand();
        var root = new RootCommand { add, remove };
        for (int number = 1; input.ReadLine() is { } line; number++)
        {
            var wrong = new List<string>();
            if (BatchLine.Split(line, wrong) is not { Count: > 0 } words)
            {
                problems.AddRange(wrong.Select(p => At(number, p)));
                continue;
            }

            ParseResult parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
            if (parsed.CommandResult.Command != add && parsed.CommandResult.Command != remove)
                wrong.Add($"'{words[0]}' is not known here; begin the line with add or remove");
            else if (parsed.UnmatchedTokens.Count > 0)
                wrong.AddRange(parsed.UnmatchedTokens.Select(token => $"'{token}' is not a flag or value of {words[0]}"));
            else if (parsed.Errors.Count > 0)
                wrong.AddRange(parsed.Errors.Select(error => error.Message.TrimEnd('.')));
            else if (parsed.CommandResult.Command == add)
                Take(batch._adds, batch._addLines, add.Read(parsed, wrong), number);
            else
                Take(batch._removes, batch._removeLines, remove.Read(parsed, wrong), number);
            problems.AddRange(wrong.Select(p => At(number, p)));
        }

        return batch;
    }

    /// <summary>A problem at its line.</summary>
    public ProblemEntry Place(ProblemEntry problem) => problem switch
    {
        { Field: { } field } when FieldPlace.Find(field, "rules") is (int index, string rest) && index < _addLines.Count => new ProblemEntry(At(_addLines[index], rest), problem.Sentence),
        { Field: { } field } when FieldPlace.Find(field, "removals") is (int index, string rest) && index < _removeLines.Count => new ProblemEntry(At(_removeLines[index], rest), problem.Sentence),
        _ => problem,
    };

    private static void Take<T>(List<T> all, List<int> lines, T one, int line)
    {
        all.Add(one);
        lines.Add(line);
    }

    private static string At(int line, string what) => string.Create(CultureInfo.InvariantCulture, $"line {line}{(what.Length == 0 ? "" : $": {what}")}");
}
