namespace Mcr.Actors.Configuration.Hocon;

/// <summary>What becomes of a key that is set again: objects merge, everything else is replaced; what is not known yet waits for its resolution.</summary>
internal static class HoconAssignment
{
    /// <summary>The value at a path; null when there is none, or none that can be seen before substitutions are resolved.</summary>
    public static HoconNode? Find(HoconObject target, IReadOnlyList<string> keys)
    {
        HoconNode? found = target;
        foreach (string key in keys)
            found = found is HoconObject parent && parent.TryGet(key, out _, out HoconNode value) ? value : null;
        return found;
    }

    public static void Assign(HoconObject target, IReadOnlyList<string> keys, SourcePosition keyAt, HoconNode value)
    {
        for (int i = 0; i < keys.Count - 1; i++)
        {
            if (target.TryGet(keys[i], out _, out HoconNode inner) && inner is HoconObject found)
            {
                target = found;
                continue;
            }

            // x.y = 1 where x is not an object that can be seen: an object with y comes after whatever x is.
            var made = new HoconObject(keyAt);
            Set(target, keys[i], keyAt, made);
            target = made;
        }

        Set(target, keys[^1], keyAt, value);
    }

    /// <summary>All of <paramref name="from"/> comes after <paramref name="into"/>.</summary>
    public static void Merge(HoconObject into, HoconObject from)
    {
        foreach ((string key, SourcePosition keyAt, HoconNode value) in from.Members)
            Set(into, key, keyAt, value);
    }

    /// <summary><c>key += value</c>.</summary>
    public static HoconNode Append(HoconNode? prior, HoconNode value)
    {
        switch (prior)
        {
            case HoconArray array:
                array.Add(value);
                return array;
            case null:
                return new HoconArray(value.At, [value]);
            default:
                return new HoconConcatenation(value.At, [("", prior), ("", new HoconArray(value.At, [value]))]);
        }
    }

    private static void Set(HoconObject target, string key, SourcePosition keyAt, HoconNode value)
    {
        if (!target.TryGet(key, out SourcePosition firstAt, out HoconNode prior))
        {
            target.Set(key, keyAt, value);
            return;
        }

        switch (prior, value)
        {
            case (HoconObject into, HoconObject from):
                Merge(into, from);
                target.Set(key, firstAt, into);
                break;
            case (_, HoconScalar or HoconArray):
            case (HoconScalar or HoconArray, HoconObject):
                target.Set(key, keyAt, value);
                break;
            default:
                target.Set(key, keyAt, new HoconOverride(value.At, prior, value));
                break;
        }
    }
}
