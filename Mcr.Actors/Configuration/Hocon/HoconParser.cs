namespace Mcr.Actors.Configuration.Hocon;

/// <summary>
/// HOCON text to a tree that still has its substitutions. Stricter than the language: whatever it cannot make sense of is an
/// error with its place, and a file that is included must be there.
/// </summary>
internal sealed class HoconParser
{
    /// <summary>Of objects and arrays within each other; a configuration needs six.</summary>
    private const int MaxDepth = 64;

    private readonly HoconScanner _scanner;
    private readonly string _file;
    private readonly IReadOnlyList<string> _prefix;
    private readonly HoconFiles _files;
    private int _depth;

    private HoconParser(string text, string file, IReadOnlyList<string> prefix, HoconFiles files)
    {
        _scanner = new HoconScanner(text, file);
        _file = file;
        _prefix = prefix;
        _files = files;
    }

    /// <param name="into">Gets the members; what it has already is overridden or merged.</param>
    /// <param name="prefix">The path of <paramref name="into"/>, for a file that is included below the root.</param>
    /// <exception cref="HoconException">the text has an error; the first one is reported.</exception>
    public static void Parse(string text, string file, HoconFiles files, HoconObject into, IReadOnlyList<string>? prefix = null) =>
        new HoconParser(text, file, prefix ?? [], files).Root(into);

    private void Root(HoconObject root)
    {
        _scanner.SkipLines();
        if (_scanner.Current == '{')
        {
            SourcePosition open = Open();
            Members(root, _prefix, '}', open);
            Close();
            _scanner.SkipLines();
            if (!_scanner.IsAtEnd)
                throw _scanner.Error($"found {_scanner.Show()} after the '}}' that ends the file's object; remove it, or the braces around the file");
        }
        else
        {
            Members(root, _prefix, '\0', default);
        }
    }

    private SourcePosition Open()
    {
        SourcePosition open = _scanner.Position;
        if (++_depth > MaxDepth)
            throw _scanner.Error($"more than {MaxDepth} objects and arrays are nested here");
        _scanner.Advance();
        return open;
    }

    private void Close()
    {
        _scanner.Advance();
        _depth--;
    }

    private void Members(HoconObject target, IReadOnlyList<string> path, char end, SourcePosition open)
    {
        while (true)
        {
            _scanner.SkipLines();
            if (_scanner.IsAtEnd)
            {
                if (end == '\0')
                    return;
                throw _scanner.Error($"the file ends, but the '{{' of line {open.Line}, column {open.Column} is never closed; add a '}}'");
            }

            if (_scanner.Current == end)
                return;
            if (!TryInclude(target, path))
                Member(target, path);
            bool ended = _scanner.SkipLines();
            if (_scanner.Current == ',')
                _scanner.Advance();
            else if (!ended && !_scanner.IsAtEnd && _scanner.Current != end)
                throw _scanner.Error($"expected a comma, a new line or {(end == '\0' ? "the end of the file" : "'}'")}, found {_scanner.Show()}");
        }
    }

    private void Member(HoconObject target, IReadOnlyList<string> path)
    {
        SourcePosition keyAt = _scanner.Position;
        List<string> keys = Key();
        _scanner.SkipSpaces();
        bool appends = _scanner.TryTake("+=");
        if (!appends && !_scanner.TryTake("=") && !_scanner.TryTake(":") && _scanner.Current != '{')
            throw _scanner.Error($"expected '=', ':' or '{{' after the key '{string.Join('.', keys)}', found {_scanner.Show()}");
        _scanner.SkipLines();
        string[] full = [.. path, .. keys];
        HoconNode? prior = HoconAssignment.Find(target, keys);
        HoconNode value = Value(full, prior);
        HoconAssignment.Assign(target, keys, keyAt, appends ? HoconAssignment.Append(prior, value) : value);
    }

    private bool TryInclude(HoconObject target, IReadOnlyList<string> path)
    {
        // `include` is a key like any other unless a file name follows.
        if (!_scanner.IsAt("include") || _scanner.Peek("include".Length) is not (' ' or '\t'))
            return false;
        int after = "include".Length;
        while (_scanner.Peek(after) is ' ' or '\t')
            after++;
        if (_scanner.Peek(after) is '=' or ':' or '{' or '+')
            return false;
        SourcePosition at = _scanner.Position;
        _scanner.TryTake("include");
        _scanner.SkipSpaces();
        int brackets = 0;
        while (_scanner.TryTake("required(") || _scanner.TryTake("file("))
            brackets++;
        if (_scanner.Current != '"')
            throw _scanner.Error($"expected a file name in double quotes after 'include', found {_scanner.Show()}");
        string name = _scanner.QuotedString();
        for (; brackets > 0; brackets--)
        {
            _scanner.SkipSpaces();
            if (!_scanner.TryTake(")"))
                throw _scanner.Error($"expected ')' after the name of the included file, found {_scanner.Show()}");
        }

        _files.Include(name, _file, at, (text, file) => Parse(text, file, _files, target, path));
        return true;
    }

    /// <summary>Path elements, quoted or not, with dots between them.</summary>
    private List<string> Key()
    {
        var keys = new List<string>();
        while (true)
        {
            string element = _scanner.Current == '"' ? _scanner.QuotedString() : _scanner.Word(endsAtDot: true);
            if (element.Length == 0)
                throw _scanner.Error($"expected a key, found {_scanner.Show()}");
            keys.Add(element);
            if (keys.Count > MaxDepth)
                throw _scanner.Error($"a key has more than {MaxDepth} parts");
            if (!_scanner.TryTake("."))
                return keys;
        }
    }

    private HoconNode Value(IReadOnlyList<string> path, HoconNode? prior)
    {
        SourcePosition at = _scanner.Position;
        var parts = new List<(string SpaceBefore, HoconNode Node)>();
        string spaces = "";
        while (Part(path, prior) is { } part)
        {
            parts.Add((spaces, part));
            spaces = _scanner.SkipSpaces();
            if (_scanner.IsAtLineEnd || _scanner.Current is ',' or '}' or ']')
                break;
        }

        return parts switch
        {
            [] => throw _scanner.Error($"expected a value, found {_scanner.Show()}"),
            [(_, HoconScalar { IsQuoted: false, Text: "null" } word)] => new HoconScalar(word.At, null, isQuoted: false),
            [(_, var single)] => single,
            _ => new HoconConcatenation(at, parts),
        };
    }

    private HoconNode? Part(IReadOnlyList<string> path, HoconNode? prior)
    {
        SourcePosition at = _scanner.Position;
        switch (_scanner.Current)
        {
            case '{':
                var value = new HoconObject(at);
                SourcePosition open = Open();
                Members(value, path, '}', open);
                Close();
                return value;
            case '[':
                return Array(path);
            case '"':
                return new HoconScalar(at, _scanner.IsAt("\"\"\"") ? _scanner.TripleQuotedString() : _scanner.QuotedString(), isQuoted: true);
            case '$' when _scanner.Next == '{':
                return Substitution(path, prior);
        }

        string word = _scanner.Word(endsAtDot: false);
        if (!_scanner.IsAtEnd && HoconScanner.IsReserved(_scanner.Current) && _scanner.Current is not ('{' or '}' or '[' or ']' or ',' or '"' or '#') && !(_scanner.Current == '$' && _scanner.Next == '{'))
            throw _scanner.Error($"{_scanner.Show()} cannot stand in a value without quotes; put the value in double quotes");
        return word.Length == 0 ? null : new HoconScalar(at, word, isQuoted: false);
    }

    private HoconArray Array(IReadOnlyList<string> path)
    {
        var array = new HoconArray(_scanner.Position, []);
        SourcePosition open = Open();
        _scanner.SkipLines();
        while (_scanner.Current != ']' || _scanner.IsAtEnd)
        {
            if (_scanner.IsAtEnd)
                throw _scanner.Error($"the file ends, but the '[' of line {open.Line}, column {open.Column} is never closed; add a ']'");
            array.Add(Value(path, prior: null));
            bool ended = _scanner.SkipLines();
            if (_scanner.TryTake(","))
                _scanner.SkipLines();
            else if (!ended && !_scanner.IsAtEnd && _scanner.Current != ']')
                throw _scanner.Error($"expected a comma, a new line or ']', found {_scanner.Show()}");
        }

        Close();
        return array;
    }

    private HoconSubstitution Substitution(IReadOnlyList<string> path, HoconNode? prior)
    {
        SourcePosition at = _scanner.Position;
        _scanner.TryTake("${");
        bool isOptional = _scanner.TryTake("?");
        List<string> keys = Key();
        if (!_scanner.TryTake("}"))
            throw _scanner.Error($"expected '}}' to end the substitution, found {_scanner.Show()}");
        bool isSelf = keys.SequenceEqual(path) || keys.SequenceEqual(path.Skip(_prefix.Count));
        return new HoconSubstitution(at, keys, _prefix, isOptional, isSelf, isSelf ? prior : null);
    }
}
