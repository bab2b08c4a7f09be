using CsCheck;
using Mcr.Native.Rules;

namespace Mcr.Specs.Rules;

public sealed class RuleTableSpecs
{
    [Fact]
    public void Table_should_prefer_the_exact_source()
    {
        var table = new RuleTable(
            [new RuleKey(1, 5000, 0), new RuleKey(1, 5000, 7)],
            [new RuleEntry(10, 0, 1), new RuleEntry(11, 1, 1)]);
        Assert.True(table.TryFind(1, 5000, 7, out RuleEntry exact));
        Assert.Equal(11, exact.Counter);
        Assert.True(table.TryFind(1, 5000, 8, out RuleEntry any));
        Assert.Equal(10, any.Counter);
    }

    [Fact]
    public void Table_should_not_find_another_source_when_the_rule_names_one()
    {
        var table = new RuleTable([new RuleKey(1, 5000, 7)], [new RuleEntry(11, 1, 1)]);
        Assert.False(table.TryFind(1, 5000, 8, out _));
    }

    [Fact]
    public void Empty_table_should_find_nothing() => Assert.False(RuleTable.Empty.TryFind(0, 0, 0, out _));

    [Fact]
    public void Table_should_agree_with_a_dictionary() =>
        Gen.Select(Gen.UInt[0, 20], Gen.UShort[1, 5], Gen.UInt[0, 3]).List[0, 200].Sample(
            inputs =>
            {
                RuleKey[] keys = [.. inputs.Select(i => new RuleKey(i.Item1, i.Item2, i.Item3)).Distinct()];
                var table = new RuleTable(keys, [.. keys.Select((_, i) => new RuleEntry(i, 0, 0))]);
                var slow = keys.Select((k, i) => (k, i)).ToDictionary(x => x.k, x => x.i);
                for (uint group = 0; group <= 21; group++)
                {
                    for (ushort port = 0; port <= 6; port++)
                    {
                        for (uint source = 1; source <= 4; source++)
                        {
                            int expected = slow.TryGetValue(new RuleKey(group, port, source), out int exact) ? exact : slow.GetValueOrDefault(new RuleKey(group, port, 0), -1);
                            bool found = table.TryFind(group, port, source, out RuleEntry entry);
                            if (found != (expected >= 0) || (found && entry.Counter != expected))
                                return false;
                        }
                    }
                }

                return true;
            },
            iter: 300);
}
