using System.Security.Cryptography;
using System.Text;

namespace Mcr.Native.Rules;

/// <summary>Which input of which rule of a node a leg ends in.</summary>
/// <param name="Rule">At the end of the leg.</param>
/// <param name="From">As that rule has its input.</param>
public sealed record LegInput(RuleId Rule, RuleOrigin From)
{
    /// <summary>By it a worker brings together the end of the leg and the input, whichever it has first; never 0.</summary>
    public ulong Token => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"into/1 {this}"))) | 1;

    public override string ToString() => $"{Rule}<{From.Node}/{From.Rule}";
}
