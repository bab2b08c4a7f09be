using System.Collections.Immutable;
using System.Text;
using Mcr.Host.Mcrctl.Screens;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>Reads a line from the terminal, key by key.</summary>
internal static class LineEditor
{
    /// <param name="complete">As <see cref="LineState.Press"/> takes it.</param>
    /// <returns>null when there is no more to come; an empty line when it was given up.</returns>
    public static string? Read(string prompt, ImmutableList<string> history, Func<string, (int Start, IReadOnlyList<string> Words)> complete)
    {
        var state = new LineState(history);
        bool was = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true; // while a line is typed it is a key; while a command runs it is a signal
        try
        {
            while (true)
            {
                Draw(prompt, state);
                (state, LineEvent happened) = state.Press(Console.ReadKey(intercept: true), complete);
                switch (happened)
                {
                    case LineEvent.Entered:
                        Console.Write("\n");
                        return state.Text;
                    case LineEvent.Abandoned:
                        Console.Write("^C\n");
                        return "";
                    case LineEvent.Ended:
                        Console.Write("\n");
                        return null;
                    case LineEvent.Listed:
                        Console.Write($"\n{string.Join("  ", state.Candidates.Select(Printable))}\n");
                        break;
                    case LineEvent.Cleared:
                        Console.Write("\e[H\e[2J");
                        break;
                }
            }
        }
        finally
        {
            Console.TreatControlCAsInput = was;
        }
    }

    /// <summary>In one row: of a line that is longer, what is before the cursor.</summary>
    private static void Draw(string prompt, LineState state)
    {
        int room = Math.Max(8, Terminal.Width - TextWidth.Of(prompt) - 1);
        int from = 0;
        while (from < state.Cursor && TextWidth.Of(state.Text[from..state.Cursor]) >= room)
            from++;
        var seen = new StringBuilder();
        for (int i = from; i < state.Text.Length && TextWidth.Of(seen.ToString() + state.Text[i]) <= room; i++)
            seen.Append(state.Text[i]);
        int column = TextWidth.Of(prompt) + TextWidth.Of(state.Text[from..state.Cursor]);
        Console.Write($"\r{prompt}{seen}\e[K\r{(column > 0 ? $"\e[{column}C" : "")}");
    }

    /// <summary>Names of rules were written by others: they must not move the cursor.</summary>
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
}
