using Akka.Actor;
using Mcr.Actors.Messages;

namespace Mcr.Actors.Cluster;

/// <summary>What this node says of itself, from what its relay answers.</summary>
internal static class ReportSource
{
    public static async Task<NodeReport> CollectAsync(IActorRef relay, string version, TimeSpan patience)
    {
        RelayQueries.RuleList rules = await relay.Ask<RelayQueries.RuleList>(new RelayQueries.ListRules(), patience).ConfigureAwait(false);
        RelayQueries.WorkerList workers = await relay.Ask<RelayQueries.WorkerList>(new RelayQueries.ListWorkers(), patience).ConfigureAwait(false);
        RelayQueries.InterfaceList interfaces = await relay.Ask<RelayQueries.InterfaceList>(new RelayQueries.ListInterfaces(), patience).ConfigureAwait(false);
        HashSet<string> used = [.. rules.Rules.SelectMany(r => r.Rule.Devices)];
        return new NodeReport
        {
            Version = version,
            RulesetHash = rules.Hash,
            Rules = rules.Rules.CountBy(r => $"{r.Status}").ToDictionary(),
            Workers = workers.Workers.CountBy(w => $"{w.Status}").ToDictionary(),
            Interfaces = interfaces.Interfaces.Where(i => used.Contains(i.Name)).ToDictionary(i => i.Name, i => i.Link switch { null => "missing", { IsUp: true, IsRunning: true } => "up", _ => "down" }),
        };
    }
}
