using CsCheck;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

/// <summary>The most specific input wins: an exact one, then the longest prefix, then the source.</summary>
public sealed class PrefixTableSpecs
{
    private const int Bits = 6; // of groups, so that prefixes meet often

    /// <summary>Prefix, first port, ports more, source (0: any).</summary>
    private static readonly Gen<(uint Group, int Length, int Port, int More, uint Source)> GenRule =
        Gen.Select(Gen.UInt[0, 63], Gen.Int[0, Bits], Gen.Int[1, 8], Gen.Int[0, 4], Gen.UInt[0, 2]);

    [Fact]
    public void Tables_should_agree_with_looking_at_all_rules_one_by_one() =>
        GenRule.List[0, 40].Sample(
            drawn =>
            {
                RuleKey[] keys = [.. Unambiguous(drawn)];
                var tables = new RuleTables();
                RuleTable table = tables.Change([], [.. keys.Select((key, i) => (key, Entry(i)))]);
                Compare(table, keys, i => i);
                int half = keys.Length / 2;
                table = tables.Change(keys[..half], []);
                Compare(table, keys[half..], i => i + half);
                table = tables.Change(keys[half..], [.. keys[..half].Select((key, i) => (key, Entry(i)))]);
                Compare(table, keys[..half], i => i);
            },
            iter: 500);

    [Fact]
    public void Longest_prefix_should_win_whatever_the_order()
    {
        RuleKey[] keys = [new(0, 1, 0, 128 - Bits, 65535), new(32, 1, 0, 128 - 5, 65535), new(48, 1, 0, 128 - 4, 65535)];
        foreach (RuleKey[] order in (RuleKey[][])[keys, [.. keys.Reverse()]])
        {
            RuleTable table = new RuleTables().Change([], [.. order.Select(key => (key, Entry(Array.IndexOf(keys, key))))]);
            Assert.Equal([0, 1, 2], new[] { 31u, 33u, 50u }.Select(group => table.TryFind(group, 9, 7, out RuleEntry entry) ? entry.Counter : -1));
        }
    }

    private static void Compare(RuleTable table, RuleKey[] keys, Func<int, int> counter)
    {
        for (uint group = 0; group < 64; group++)
        {
            for (ushort port = 1; port < 14; port++)
            {
                for (uint source = 1; source <= 3; source++)
                {
                    var matching = keys.Select((key, i) => (key, i)).Where(k => Matches(k.key, group, port, source))
                        .OrderByDescending(k => k.key.IsExact).ThenByDescending(k => k.key.PrefixLength).ThenByDescending(k => k.key.Source).ToArray();
                    int expected = matching.Length == 0 ? -1 : counter(matching[0].i);
                    Assert.Equal(expected, table.TryFind(group, port, source, out RuleEntry entry) ? entry.Counter : -1);
                }
            }
        }
    }

    private static bool Matches(RuleKey key, uint group, ushort port, uint source) =>
        (group & (uint)PrefixTable.MaskOf(key.PrefixLength)) == (uint)key.Group && key.Port <= port && port <= key.Last && (key.Source == 0 || key.Source == source);

    /// <summary>Without those that a rule set refuses: the same prefix and source with a port in common.</summary>
    private static List<RuleKey> Unambiguous(IEnumerable<(uint Group, int Length, int Port, int More, uint Source)> drawn)
    {
        var keys = new List<RuleKey>();
        foreach ((uint group, int length, int port, int more, uint source) in drawn)
        {
            bool isExact = length == Bits && more == 0;
            byte prefix = (byte)(128 - Bits + length);
            var key = new RuleKey(group & (uint)PrefixTable.MaskOf(prefix), (ushort)port, source, prefix, isExact ? (ushort)0 : (ushort)(port + more));
            if (!keys.Any(k => k.IsExact == isExact && k.PrefixLength == prefix && k.Group == key.Group && k.Source == source && k.Port <= key.Last && key.Port <= k.Last))
                keys.Add(key);
        }

        return keys;
    }

    private static RuleEntry Entry(int counter) => new(counter, 0, 0);
}
