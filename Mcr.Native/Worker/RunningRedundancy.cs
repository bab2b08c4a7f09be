using Mcr.Native.Ingress;
using Mcr.Native.Redundancy;
using Mcr.Native.Rules;

namespace Mcr.Native.Worker;

/// <summary>The redundant rules that a worker has and the echo sockets that it was passed, and what is made of them for the loop. Control thread only.</summary>
internal sealed class RunningRedundancy
{
    private readonly Dictionary<int, ResolvedRedundancy> _rules = []; // by counter
    private readonly Dictionary<int, IFrameSource> _sources = []; // by mcrd's id
    private readonly HashSet<int> _ended = [];
    private RedundantRules _last = RedundantRules.None;
    private bool _isChanged;

    public bool Hears(int socket) => _sources.ContainsKey(socket);

    /// <summary>From the next table on.</summary>
    public void Use(int id, IFrameSource source)
    {
        _sources[id] = source;
        _isChanged = true;
    }

    /// <summary>No rule uses it any more.</summary>
    public void Forget(int id) => _sources.Remove(id);

    public void Put(int counter, ResolvedRedundancy redundancy)
    {
        _rules[counter] = redundancy;
        _ended.Remove(counter);
        _isChanged = true;
    }

    public void Remove(int counter)
    {
        if (!_rules.Remove(counter))
            return;
        _ended.Add(counter);
        _isChanged = true;
    }

    /// <summary>For the next table; the same object as for the last one where nothing has changed.</summary>
    public RedundantRules Next()
    {
        if (!_isChanged)
            return _last;
        int[] used = [.. _rules.Values.SelectMany(r => r.Echoes).Select(e => e.Socket).Distinct().Order()];
        var echoes = new Dictionary<EchoKey, EchoEntry>();
        foreach ((int counter, ResolvedRedundancy rule) in _rules)
        {
            foreach (ResolvedEcho echo in rule.Echoes)
            {
                var key = new EchoKey(Array.IndexOf(used, echo.Socket), Addresses.ToNumber(echo.Group), echo.Port, 0);
                bool isComplete = echo.Peers.Select(p => p.Rank).Distinct().Count() >= rule.Nodes - 1;
                echoes[key] = new EchoEntry(counter, isComplete ? EchoTable.Stranger : EchoTable.Unknown);
                foreach ((ulong link, int rank) in echo.Peers)
                    echoes[key with { Link = link }] = new EchoEntry(counter, rank);
            }
        }

        _last = new RedundantRules(
            [.. _rules.Select(r => (r.Key, new TakeoverSettings(r.Value.AfterMilliseconds * 1_000_000L, r.Value.Rank)))],
            [.. _ended],
            [.. used.Select(id => _sources[id])],
            new EchoTable([.. echoes.Select(e => (e.Key, e.Value))]));
        _ended.Clear();
        _isChanged = false;
        return _last;
    }
}
