using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Relay;

/// <summary>Words that answers, logs and reasons have in common.</summary>
internal static class Sentences
{
    /// <summary><c>rule 0a1b2c (video)</c>.</summary>
    public static string Label(ForwardingRule rule) => rule.Name is null ? $"rule {rule.Id}" : $"rule {rule.Id} ({rule.Name})";

    /// <summary><c>active</c>, or <c>pending: interface eth9 does not exist</c>.</summary>
    public static string Describe(RuleOutcome outcome) =>
        outcome.Why is null ? Word(outcome.Status) : $"{Word(outcome.Status)}: {outcome.Why}";

    public static string Word(RuleStatus status) => status switch
    {
        RuleStatus.Active => "active",
        RuleStatus.Pending => "pending",
        RuleStatus.Degraded => "degraded",
        _ => "failed",
    };

    /// <summary><c>at once</c>, <c>in 250 ms</c>, <c>in 4 s</c>.</summary>
    public static string In(TimeSpan delay) =>
        delay == TimeSpan.Zero ? "at once"
        : delay < TimeSpan.FromSeconds(1) ? string.Create(CultureInfo.InvariantCulture, $"in {delay.TotalMilliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"in {delay.TotalSeconds:0.#} s");
}
