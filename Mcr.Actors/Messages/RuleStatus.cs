namespace Mcr.Actors.Messages;

/// <summary>Where a rule is in its life, as an operator sees it.</summary>
public enum RuleStatus
{
    /// <summary>Waits for something that may come: an interface, an address, the worker's confirmation.</summary>
    Pending,

    /// <summary>A worker relays it, with every output.</summary>
    Active,

    /// <summary>A worker has it, but part of it does not work.</summary>
    Degraded,

    /// <summary>Not relayed, and waiting will not help.</summary>
    Failed,
}

/// <param name="Why">A sentence; null when active.</param>
public sealed record RuleOutcome(RuleStatus Status, string? Why)
{
    public static readonly RuleOutcome Active = new(RuleStatus.Active, null);

    /// <summary>Nobody knows yet whether it runs.</summary>
    public static readonly RuleOutcome BeingSetUp = new(RuleStatus.Pending, "it is being set up");

    /// <summary>Whether a worker is to have the rule.</summary>
    public bool IsRelayed => Status is RuleStatus.Active or RuleStatus.Degraded;
}
