using Mcr.Actors.Interfaces;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;

namespace Mcr.Actors.Redundancy;

/// <summary>What the devices of a redundant rule say of it. Pure.</summary>
internal static class Health
{
    /// <returns>Why it cannot forward at all, as a sentence; null: it can.</returns>
    public static string? WhyUnfit(ForwardingRule rule, LinkTable links) =>
        rule.Inputs.Select(i => i.From is null ? Fault(i.Interface, links) : null).ToArray() is var inputs && inputs.All(i => i is not null) ? $"its input {string.Join(" and ", inputs.Distinct())}"
        : rule.Outputs.Select(o => FaultOf(o, links)).ToArray() is var outputs && outputs.All(o => o is not null) ? $"its output {outputs[0]}"
        : null;

    /// <returns>Which of its outputs do not work, as a sentence; null: all do.</returns>
    public static string? WhyDegraded(ForwardingRule rule, LinkTable links) => rule.Outputs.Select(o => FaultOf(o, links)).FirstOrDefault(o => o is not null) is { } output ? $"its output {output}" : null;

    /// <returns>Why no other node can be heard on any output, as a sentence; null: they can.</returns>
    public static string? WhyDeaf(ForwardingRule rule, LinkTable links)
    {
        string? why = rule.LocalOutputs.Any() ? null : "its outputs leave other nodes, and no interface of this one";
        foreach (RuleOutput output in rule.LocalOutputs)
        {
            if (!links.TryGet(output.Interface, out Link? link))
                continue;
            if (EchoResolution.WhyNot(output, link) is not { } sentence)
                return null;
            why ??= sentence;
        }

        return why;
    }

    /// <summary>What leaves another node leaves this one by the device that the way there takes, whichever that is.</summary>
    private static string? FaultOf(RuleOutput output, LinkTable links) => output.Node is null ? Fault(output.Interface, links) : null;

    private static string? Fault(string device, LinkTable links) =>
        !links.TryGet(device, out Link? link) ? $"{device} does not exist"
        : !link.IsUp ? $"{device} is down"
        : !link.IsRunning ? $"{device} has no carrier"
        : null;
}
