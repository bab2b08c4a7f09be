using System.Security.Cryptography;
using System.Text;
using Mcr.Native.Rules;

namespace Mcr.Actors.Legs;

/// <summary>Which leg: of which rule's which output, from which node to which. Both ends make it of the same rule, so that they mean the same.</summary>
/// <param name="Rule">Its id.</param>
/// <param name="Output">What is sent at the other end: <c>239.2.2.2:6000 on eth1</c>. A rule has it once for each node.</param>
public sealed record LegName(string From, string Rule, string Output, string To)
{
    /// <param name="from">The node that has the rule.</param>
    /// <param name="output">One of another node.</param>
    public static LegName Of(string from, ForwardingRule rule, RuleOutput output) => new(from, rule.Id.Value, output.PlaceText, output.Node!);

    /// <summary>Of all of a rule.</summary>
    public static IEnumerable<(LegName Name, RuleOutput Output)> AllOf(string from, ForwardingRule rule) =>
        rule.Outputs.Where(o => o.Node is not null).Select(o => (Of(from, rule, o), o));

    /// <summary>The id of the rule at the other end: the same on all nodes of a pair, which have one rule.</summary>
    public RuleId HalfId => new(Convert.ToHexStringLower(Digest($"half/1 from={From} rule={Rule} output={Output}").AsSpan(0, 8)));

    /// <summary>Stands in the low half of the leg's id: by it an mcrd that is new knows which output of a worker that it adopts is which leg.</summary>
    public uint Mark => BitConverter.ToUInt32(Digest($"leg/1 from={From} rule={Rule} output={Output} to={To}"));

    public override string ToString() => $"rule {Rule} of {From} to {Output} of {To}";

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
