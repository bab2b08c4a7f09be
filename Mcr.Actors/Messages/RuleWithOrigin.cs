using Mcr.Native.Rules;

namespace Mcr.Actors.Messages;

/// <param name="Origin">Who asked for the rule, as shown in lists: <c>mcrd.hocon:12:5</c> or <c>mcrctl</c>.</param>
public sealed record RuleWithOrigin(ForwardingRule Rule, string Origin);
