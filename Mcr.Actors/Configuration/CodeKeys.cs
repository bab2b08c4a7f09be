using Mcr.Actors.Configuration.Hocon;

namespace Mcr.Actors.Configuration;

/// <summary>
/// Keys by which a configuration names code that runs: <c>akka</c>, which makes objects of any type in mcrd itself, and <c>mcr.worker.path</c>. They are taken only
/// from files that nobody but root and mcrd's user can have written.
/// </summary>
internal static class CodeKeys
{
    /// <param name="doubtful">Files, and why each is no such.</param>
    public static void Judge(HoconObject root, IReadOnlyDictionary<string, string> doubtful, List<ConfigProblem> problems)
    {
        if (doubtful.Count == 0)
            return;
        if (root.TryGet("akka", out SourcePosition at, out HoconNode akka) && Find(at, akka, doubtful) is { } place)
            problems.Add(Problem(place, "akka", doubtful));
        if (root.TryGet("mcr", out _, out HoconNode mcr) && (mcr as HoconObject)?.TryGet("worker", out _, out HoconNode worker) is true
            && (worker as HoconObject)?.TryGet("path", out at, out HoconNode path) is true && Find(at, path, doubtful) is { } where)
            problems.Add(Problem(where, "mcr.worker.path", doubtful));
    }

    /// <summary>The first place in such a file. An object is what its members are: of several files it is one.</summary>
    private static SourcePosition? Find(SourcePosition keyAt, HoconNode node, IReadOnlyDictionary<string, string> doubtful)
    {
        if (node is HoconObject all)
            return all.Members.Select(m => Find(m.KeyAt, m.Value, doubtful)).FirstOrDefault(p => p is not null);
        return doubtful.ContainsKey(keyAt.File) ? keyAt
            : doubtful.ContainsKey(node.At.File) ? node.At
            : node is HoconArray array ? array.Items.Select(i => Find(i.At, i, doubtful)).FirstOrDefault(p => p is not null)
            : null;
    }

    private static ConfigProblem Problem(SourcePosition at, string key, IReadOnlyDictionary<string, string> doubtful) =>
        new(at, $"{key} says which code runs, and is not taken from here: {at.File} {doubtful[at.File]}; put it into a file of its own in conf.d that is root's, and that only root may write (chown root, chmod 0644)");
}
