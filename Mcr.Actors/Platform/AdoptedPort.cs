using System.Collections.Immutable;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>What a port came with when its workers are those of an mcrd that is gone.</summary>
/// <param name="Rules">What the workers run; of the latest generation, where they differ.</param>
/// <param name="Sockets">Egress sockets that are open, by id; null: nobody knows what it was opened for.</param>
/// <param name="Workers">By number, from 0.</param>
public sealed record AdoptedPort(ResolvedRuleSet Rules, ImmutableDictionary<int, EgressKey?> Sockets, ImmutableArray<AdoptedRun> Workers);

/// <summary>One adopted worker, as it was when it was adopted.</summary>
/// <param name="Generation">Of the rules that it runs; 0 for none.</param>
/// <param name="Sockets">Egress sockets that it has.</param>
public sealed record AdoptedRun(int Number, int Pid, long Generation, ulong Hash, int Rules, ImmutableHashSet<int> Sockets);
