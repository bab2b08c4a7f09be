using System.Collections.Immutable;
using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <summary>The answer to every command: what happened, in a sentence for the operator. Refusals change nothing.</summary>
public abstract record CommandResult
{
    private CommandResult()
    {
    }

    /// <summary>Done, or accepted; the sentence says which, and what is still missing.</summary>
    public sealed record Ok(string Sentence) : CommandResult
    {
        /// <summary>What it did to the rules, or, where it was asked for that only, would do.</summary>
        public RuleDifference Difference { get; init; } = RuleDifference.None;

        /// <summary>The node's ruleset hash after a change of many rules; null after others.</summary>
        public string? Hash { get; init; }

        /// <summary>What else has to be known.</summary>
        public ImmutableArray<string> Notes { get; init; } = [];
    }

    /// <summary>Nothing had to be done.</summary>
    public sealed record NoOp(string Sentence) : CommandResult;

    /// <summary>Nothing was done; every problem, not only the first.</summary>
    public sealed record Rejected(ImmutableArray<RuleProblem> Problems) : CommandResult
    {
        public Rejected(string field, string sentence)
            : this([new RuleProblem(field, sentence)])
        {
        }

        /// <summary>It was asked for on the ground of rules that are others by now.</summary>
        public bool IsOutdated { get; init; }

        /// <summary>mcrd ends, and with what was asked for nothing is wrong.</summary>
        public bool IsStopping { get; init; }
    }
}
