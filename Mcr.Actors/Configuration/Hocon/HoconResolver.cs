namespace Mcr.Actors.Configuration.Hocon;

/// <summary>
/// Puts in what substitutions stand for, within limits of depth and size: a text of a few lines may describe a tree larger than any
/// memory. Each value is resolved once and shared.
/// </summary>
internal sealed class HoconResolver
{
    private const long MaxSize = 2_000_000;
    private const int MaxText = 1024 * 1024;

    /// <summary>Of values within values and substitutions of substitutions; far below what a thread's stack holds.</summary>
    private const int MaxDepth = 400;

    private readonly HoconObject _root;
    private readonly Func<string, string?> _environment;
    private readonly Dictionary<HoconNode, HoconNode?> _resolved = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<HoconNode> _busy = new(ReferenceEqualityComparer.Instance);
    private int _depth;
    private long _copied;

    private HoconResolver(HoconObject root, Func<string, string?> environment)
    {
        _root = root;
        _environment = environment;
    }

    /// <param name="environment">Where a path is looked up that is not in the tree.</param>
    /// <exception cref="HoconException">a substitution names nothing, goes round in a circle, or grows without measure.</exception>
    public static HoconObject Resolve(HoconObject root, Func<string, string?> environment) =>
        (HoconObject)new HoconResolver(root, environment).Resolve(root)!;

    /// <returns>null for an optional substitution of nothing.</returns>
    private HoconNode? Resolve(HoconNode node)
    {
        if (node is HoconScalar)
            return node;
        if (_resolved.TryGetValue(node, out HoconNode? known))
            return known;
        if (!_busy.Add(node))
            throw new HoconException(node.At, node is HoconSubstitution s ? $"${{{s.Name}}} refers to itself; break the circle" : "this value contains itself by way of a substitution; break the circle");
        if (++_depth > MaxDepth)
            throw new HoconException(node.At, $"more than {MaxDepth} values and substitutions are nested here");
        HoconNode? result = node switch
        {
            HoconObject o => ResolveObject(o),
            HoconArray a => new HoconArray(a.At, [.. a.Items.Select(Resolve).OfType<HoconNode>()]),
            HoconSubstitution s => ResolveSubstitution(s),
            HoconOverride o => Counted(ResolveOverride(o), o),
            HoconConcatenation c => Counted(ResolveConcatenation(c), c),
            _ => throw new InvalidOperationException(node.GetType().Name),
        };
        _depth--;
        _busy.Remove(node);
        if (result is not null && result.Size > MaxSize)
            throw TooLarge(node);
        _resolved.Add(node, result);
        return result;
    }

    /// <summary>Where parts are put together they are copied, and many large values are as bad as one that is too large.</summary>
    private HoconNode? Counted(HoconNode? result, HoconNode node) =>
        (_copied += result?.Size ?? 0) <= MaxSize ? result : throw TooLarge(node);

    private HoconObject ResolveObject(HoconObject source)
    {
        var result = new HoconObject(source.At);
        foreach ((string key, SourcePosition keyAt, HoconNode value) in source.Members)
        {
            if (Resolve(value) is { } resolved)
                result.Set(key, keyAt, resolved);
            else
                result.SetUnset(key, keyAt, Unset(value));
        }

        return result;
    }

    private HoconNode? ResolveSubstitution(HoconSubstitution substitution)
    {
        if (substitution.IsSelf)
        {
            if (substitution.Prior is { } prior)
                return Resolve(prior);
        }
        else if (Find([.. substitution.Prefix, .. substitution.Path], substitution) is { } below)
        {
            return below;
        }
        else if (substitution.Prefix.Count > 0 && Find(substitution.Path, substitution) is { } found)
        {
            return found;
        }

        if (_environment(substitution.Name) is { } text)
            return new HoconScalar(substitution.At, text, isQuoted: false);
        return substitution.IsOptional
            ? null
            : throw new HoconException(substitution.At, $"${{{substitution.Name}}}: nothing is set at '{substitution.Name}', in these files or in the environment; set it, or write ${{?{substitution.Name}}} where it may be missing");
    }

    private HoconNode? Find(IReadOnlyList<string> path, HoconSubstitution asker)
    {
        HoconNode? at = _root;
        for (int i = 0; i < path.Count; i++)
        {
            // An object that is being resolved around the asker can be looked into all the same.
            HoconNode? parent = at is HoconObject ? at : at is null or HoconScalar or HoconArray ? null : Resolve(at);
            if (parent is not HoconObject known || !known.TryGet(path[i], out _, out HoconNode value))
                return null;
            at = value;
        }

        if (at is not null && _busy.Contains(at))
            throw new HoconException(asker.At, $"${{{asker.Name}}} refers to itself; break the circle");
        return at is null ? null : Resolve(at);
    }

    private HoconNode? ResolveOverride(HoconOverride node)
    {
        HoconNode? value = Resolve(node.Value);
        if (value is null)
            return Resolve(node.Prior);
        if (value is not HoconObject after || Resolve(node.Prior) is not HoconObject before)
            return value;
        return Merged([before, after], before.At);
    }

    private HoconNode? ResolveConcatenation(HoconConcatenation node)
    {
        (string SpaceBefore, HoconNode Node)[] parts = [.. node.Parts.Select(p => (p.SpaceBefore, Node: Resolve(p.Node)!)).Where(p => p.Node is not null)];
        if (parts.Length == 0)
            return null;
        if (parts.Sum(p => p.Node.Size) > MaxSize)
            throw TooLarge(node);
        if (parts.Length == 1 && parts[0].Node is not HoconScalar)
            return parts[0].Node;
        if (parts.All(p => p.Node is HoconObject))
            return Merged(parts.Select(p => (HoconObject)p.Node), node.At);
        if (parts.All(p => p.Node is HoconArray))
            return new HoconArray(node.At, [.. parts.SelectMany(p => ((HoconArray)p.Node).Items)]);
        if (!parts.All(p => p.Node is HoconScalar))
            throw new HoconException(node.At, $"{Kind(parts[0].Node)} and {Kind(parts.First(p => p.Node.GetType() != parts[0].Node.GetType()).Node)} stand side by side here; put a comma or a new line between them, or quotes around the text");
        if (parts.Sum(p => (long)(((HoconScalar)p.Node).Text?.Length ?? 4)) > MaxText)
            throw new HoconException(node.At, "substitutions make this text too long (more than 1 MiB)");
        string text = string.Concat(parts.Select((p, i) => (i == 0 ? "" : p.SpaceBefore) + (((HoconScalar)p.Node).Text ?? "null")));
        return new HoconScalar(node.At, text, isQuoted: parts.Any(p => ((HoconScalar)p.Node).IsQuoted));
    }

    /// <summary>New objects, since the parts are shared.</summary>
    private static HoconObject Merged(IEnumerable<HoconObject> parts, SourcePosition at)
    {
        var result = new HoconObject(at);
        foreach ((string key, SourcePosition keyAt, HoconNode value) in parts.SelectMany(p => p.Members))
        {
            bool isMerge = result.TryGet(key, out SourcePosition firstAt, out HoconNode prior) && prior is HoconObject && value is HoconObject;
            result.Set(key, isMerge ? firstAt : keyAt, isMerge ? Merged([(HoconObject)prior, (HoconObject)value], prior.At) : value);
        }

        return result;
    }

    private static string Unset(HoconNode value) => value switch
    {
        HoconSubstitution s => s.Name,
        HoconConcatenation c => Unset(c.Parts[0].Node),
        HoconOverride o => Unset(o.Value),
        _ => "",
    };

    private static HoconException TooLarge(HoconNode node) => new(node.At, "substitutions make this value too large (more than 2 million values)");

    private static string Kind(HoconNode node) => node switch
    {
        HoconObject => "an object",
        HoconArray => "an array",
        _ => "a text",
    };
}
