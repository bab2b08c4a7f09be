using Mcr.Native.Egress;
using Mcr.Native.Loop;
using Mcr.Native.Worker;

namespace Mcr.Specs.Fixtures;

/// <summary>Resolved rules and open sockets to a table for the loop, from nothing. Pure.</summary>
internal static class TableBuilder
{
    /// <exception cref="InvalidDataException">a rule names a socket that was never passed, or two rules have one input or one counter.</exception>
    public static ForwardingTable Build(ResolvedRuleSet rules, ulong hash, IReadOnlyDictionary<int, EgressSocket> sockets)
    {
        var running = new RunningRules();
        foreach ((int id, EgressSocket socket) in sockets)
            running.Use(id, socket);
        return running.Replace(rules) with { Hash = hash };
    }
}
