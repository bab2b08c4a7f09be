using System.Text;

namespace Mcr.Host.Mcrctl;

/// <summary>
/// A line to words, as a shell would, less what a shell would do with them: white space between words, single and double quotes, a backslash
/// before one character outside of single quotes, <c>#</c> at the beginning of a word for a comment. Pure.
/// </summary>
internal static class BatchLine
{
    /// <param name="problems">Gets a sentence when the line cannot be taken apart.</param>
    /// <returns>null then.</returns>
    public static IReadOnlyList<string>? Split(string line, List<string> problems)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isInWord = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\\' && quote != '\'')
            {
                if (++i == line.Length)
                {
                    problems.Add("the line ends with a backslash; a command takes one line");
                    return null;
                }

                word.Append(line[i]);
                isInWord = true;
            }
            else if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                isInWord = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                End();
            }
            else if (c == '#' && !isInWord)
            {
                break;
            }
            else
            {
                word.Append(c);
                isInWord = true;
            }
        }

        if (quote != '\0')
        {
            problems.Add($"a {quote} is never closed; put one at the end of the word");
            return null;
        }

        End();
        return words;

        void End()
        {
            if (isInWord)
                words.Add(word.ToString());
            word.Clear();
            isInWord = false;
        }
    }
}
