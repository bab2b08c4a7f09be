using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Specs.Fixtures;

/// <summary>Rules with several inputs.</summary>
internal static class FeedRules
{
    public static readonly SelectSettings Merge = new(SelectMode.Merge, new SelectKey(SelectKeyKind.Rtp));

    /// <param name="inputs">As <c>in0 239.1.1.1:5000</c>, or with a source behind that.</param>
    public static ForwardingRule Rule(string? name, string output, params string[] inputs)
    {
        RuleInput[] all = [.. inputs.Select(Input)];
        ForwardingRule first = TestRules.Rule(all[0].Interface, $"{all[0].Group}", all[0].Port, name, output);
        return first with { Input = all[0], MoreInputs = [.. all[1..]], Select = Merge };
    }

    public static RuleInput Input(string text)
    {
        string[] words = text.Split(' ');
        var destination = IPEndPoint.Parse(words[1]);
        return new RuleInput(words[0], destination.Address, (ushort)destination.Port, words.Length > 2 ? IPAddress.Parse(words[2]) : null);
    }
}
