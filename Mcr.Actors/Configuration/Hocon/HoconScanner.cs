using System.Globalization;
using System.Text;

namespace Mcr.Actors.Configuration.Hocon;

/// <summary>Characters of one text, with their positions: white space, comments, words and strings.</summary>
internal sealed class HoconScanner(string text, string file)
{
    /// <summary>What an unquoted word cannot have (HOCON specification, unquoted strings).</summary>
    private const string Reserved = "$\"{}[]:=,+#`^?!@*&\\";

    private int _at;
    private int _line = 1;
    private int _lineStart;

    public SourcePosition Position => new(file, _line, _at - _lineStart + 1);

    public bool IsAtEnd => _at >= text.Length;

    /// <summary>NUL at the end.</summary>
    public char Current => _at < text.Length ? text[_at] : '\0';

    public char Next => _at + 1 < text.Length ? text[_at + 1] : '\0';

    private bool IsAtComment => Current == '#' || (Current == '/' && Next == '/');

    public bool IsAtLineEnd => IsAtEnd || Current == '\n' || IsAtComment;

    public static bool IsReserved(char c) => Reserved.Contains(c, StringComparison.Ordinal);

    public HoconException Error(string sentence, SourcePosition? at = null) => new(at ?? Position, sentence);

    /// <summary><c>'x'</c>, or what there is instead of a character.</summary>
    public string Show() => IsAtEnd ? "the end of the file" : Current == '\n' ? "the end of the line" : char.IsControl(Current) ? $"the character U+{(int)Current:X4}" : $"'{Current}'";

    public void Advance()
    {
        if (text[_at++] == '\n')
        {
            _line++;
            _lineStart = _at;
        }
    }

    /// <summary>Skips white space within the line and a comment at its end.</summary>
    /// <returns>The white space.</returns>
    public string SkipSpaces()
    {
        int start = _at;
        while (!IsAtEnd && Current != '\n' && (char.IsWhiteSpace(Current) || Current == '\uFEFF'))
            Advance();
        string spaces = text[start.._at];
        if (IsAtComment)
        {
            while (!IsAtEnd && Current != '\n')
                Advance();
        }

        return spaces;
    }

    /// <summary>Skips white space, comments and ends of lines.</summary>
    /// <returns>Whether a line ended.</returns>
    public bool SkipLines()
    {
        bool ended = false;
        SkipSpaces();
        while (Current == '\n')
        {
            ended = true;
            Advance();
            SkipSpaces();
        }

        return ended;
    }

    /// <summary>Takes <paramref name="word"/> if it is next.</summary>
    public bool TryTake(string word)
    {
        if (!IsAt(word))
            return false;
        for (int i = 0; i < word.Length; i++)
            Advance();
        return true;
    }

    public bool IsAt(string word) => string.CompareOrdinal(text, _at, word, 0, word.Length) == 0;

    /// <summary>The character after <paramref name="length"/> more, NUL past the end.</summary>
    public char Peek(int length) => _at + length < text.Length ? text[_at + length] : '\0';

    /// <summary>An unquoted word; empty when there is none. A path element ends at a dot as well.</summary>
    public string Word(bool endsAtDot)
    {
        int start = _at;
        while (!IsAtEnd && !char.IsWhiteSpace(Current) && !IsReserved(Current) && !IsAtComment && !(endsAtDot && Current == '.'))
            Advance();
        return text[start.._at];
    }

    /// <summary>A string in double quotes on one line, with JSON's escapes.</summary>
    public string QuotedString()
    {
        SourcePosition open = Position;
        Advance();
        var value = new StringBuilder();
        while (Current != '"')
        {
            if (IsAtEnd || Current == '\n')
                throw Error("this string is not closed on its line; put a \" at its end", open);
            if (Current == '\\')
                value.Append(Escape());
            else
                value.Append(Current);
            Advance();
        }

        Advance();
        return value.ToString();
    }

    /// <summary>A string in three double quotes: everything up to the next three, as it stands.</summary>
    public string TripleQuotedString()
    {
        SourcePosition open = Position;
        int start = _at + 3;
        int end = text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (end < 0)
            throw Error("this \"\"\" string is never closed; put \"\"\" at its end", open);
        while (end + 3 < text.Length && text[end + 3] == '"')
            end++; // more quotes than three at the end belong to the string
        while (_at < end + 3)
            Advance();
        return text[start..end];
    }

    /// <summary>Leaves the last character of the escape to be skipped.</summary>
    private char Escape()
    {
        Advance();
        switch (Current)
        {
            case '"' or '\\' or '/':
                return Current;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 < text.Length && ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                for (int i = 0; i < 4; i++)
                    Advance();
                return (char)code;
            default:
                throw Error($"\\ followed by {Show()} is not an escape; use \\\\ for a backslash, or a \"\"\" string");
        }
    }
}
