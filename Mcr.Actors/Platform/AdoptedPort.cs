using System.Collections.Immutable;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>What a port came with when its workers are those of an mcrd that is gone.</summary>
/// <param name="Rules">What the workers run; of the latest generation, where they differ.</param>
/// <param name="Sockets">Egress sockets that are open, by id; null: nobody knows what it was opened for.</param>
/// <param name="Workers">By number, from 0.</param>
public sealed record AdoptedPort(ResolvedRuleSet Rules, ImmutableDictionary<int, EgressKey?> Sockets, ImmutableArray<AdoptedRun> Workers)
{
    /// <summary>What rules use; a socket that is none of these is about to be given up.</summary>
    public IEnumerable<int> InUse => Rules.Rules.SelectMany(SocketsOf);

    /// <summary>Those that it sends by, those that it listens to, and those of several inputs.</summary>
    public static IEnumerable<int> SocketsOf(ResolvedRule rule) =>
        rule.Outputs.Select(o => o.Socket).Concat(rule.Redundancy?.Echoes.Select(e => e.Socket) ?? []).Concat(rule.Inputs.Select(i => i.Socket).Where(id => id != ResolvedInput.NoSocket));
}

/// <summary>One adopted worker, as it was when it was adopted.</summary>
/// <param name="Generation">Of the rules that it runs; 0 for none.</param>
/// <param name="Sockets">Egress sockets that it has.</param>
public sealed record AdoptedRun(int Number, int Pid, long Generation, ulong Hash, int Rules, ImmutableHashSet<int> Sockets);
