namespace Mcr.Actors.Configuration.Hocon;

/// <summary>A value and where it is written. What a resolved tree consists of: scalars, arrays and objects.</summary>
public abstract class HoconNode(SourcePosition at)
{
    public SourcePosition At { get; } = at;

    /// <summary>How many values a walk through this one meets, itself included.</summary>
    internal virtual long Size => 1;
}

/// <param name="text">null for an unquoted <c>null</c>.</param>
/// <param name="isQuoted">Whether it was a string for certain; an unquoted one may be meant as a number or a flag.</param>
public sealed class HoconScalar(SourcePosition at, string? text, bool isQuoted) : HoconNode(at)
{
    public string? Text => text;

    public bool IsQuoted => isQuoted;

    /// <summary>Long texts count for more.</summary>
    internal override long Size => 1 + ((text?.Length ?? 0) / 64);
}

public sealed class HoconArray(SourcePosition at, List<HoconNode> items) : HoconNode(at)
{
    private long _size;

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<HoconNode> Items => items;

    internal override long Size => _size == 0 ? _size = 1 + items.Sum(i => i.Size) : _size;

    /// <summary>Only while parsing.</summary>
    internal void Add(HoconNode item) => items.Add(item);
}

public sealed class HoconObject(SourcePosition at) : HoconNode(at)
{
    private readonly Dictionary<string, (SourcePosition KeyAt, HoconNode Value)> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SourcePosition At, string Substitution)> _unset = new(StringComparer.Ordinal);
    private long _size;

    /// <summary>In no particular order.</summary>
    public IEnumerable<(string Key, SourcePosition KeyAt, HoconNode Value)> Members => _members.Select(m => (m.Key, m.Value.KeyAt, m.Value.Value));

    internal override long Size => _size == 0 ? _size = 1 + _members.Values.Sum(m => m.Value.Size) : _size;

    public bool TryGet(string key, out SourcePosition keyAt, out HoconNode value)
    {
        bool found = _members.TryGetValue(key, out (SourcePosition KeyAt, HoconNode Value) member);
        (keyAt, value) = member;
        return found;
    }

    /// <summary>A key that is there in the text but has no value, because an optional substitution named something that is not set.</summary>
    public bool TryGetUnset(string key, out SourcePosition at, out string substitution)
    {
        bool found = _unset.TryGetValue(key, out (SourcePosition At, string Substitution) unset);
        (at, substitution) = unset;
        return found;
    }

    internal void Set(string key, SourcePosition keyAt, HoconNode value)
    {
        _members[key] = (keyAt, value);
        _size = 0;
    }

    internal void SetUnset(string key, SourcePosition at, string substitution) => _unset[key] = (at, substitution);
}

/// <summary><c>${path}</c>, not looked up yet.</summary>
/// <param name="prefix">Where the file with it was included: a path is looked up below that first.</param>
/// <param name="prior">The value that its own key had before, when the path is that key's.</param>
internal sealed class HoconSubstitution(SourcePosition at, IReadOnlyList<string> path, IReadOnlyList<string> prefix, bool isOptional, bool isSelf, HoconNode? prior) : HoconNode(at)
{
    public IReadOnlyList<string> Path => path;

    public IReadOnlyList<string> Prefix => prefix;

    public bool IsOptional => isOptional;

    public bool IsSelf => isSelf;

    public HoconNode? Prior => prior;

    public string Name => string.Join('.', path);
}

/// <summary>Values side by side, with the white space between them: strings are joined, arrays appended, objects merged.</summary>
internal sealed class HoconConcatenation(SourcePosition at, List<(string SpaceBefore, HoconNode Node)> parts) : HoconNode(at)
{
    public List<(string SpaceBefore, HoconNode Node)> Parts => parts;
}

/// <summary>A value that comes after another of the same key, where it takes the resolved values to know whether they merge.</summary>
internal sealed class HoconOverride(SourcePosition at, HoconNode prior, HoconNode value) : HoconNode(at)
{
    public HoconNode Prior => prior;

    public HoconNode Value => value;
}
