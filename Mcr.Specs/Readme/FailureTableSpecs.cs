using System.Reflection;
using System.Text.RegularExpressions;

namespace Mcr.Specs.Readme;

public sealed partial class FailureTableSpecs
{
    /// <summary>docs/failures.md: what it says is shown by a spec, which is there.</summary>
    [Fact]
    public void Every_row_of_the_failure_table_should_name_specs_that_exist()
    {
        HashSet<string> specs = [.. typeof(FailureTableSpecs).Assembly.GetTypes().SelectMany(t => t.GetMethods()).Where(m => m.GetCustomAttribute<FactAttribute>() is not null).Select(m => $"{m.DeclaringType!.Name}.{m.Name}")];
        string[] lines = [.. File.ReadLines(Path.Combine(Executables.RepositoryRoot, "docs/failures.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(2)];
        Assert.True(lines.Length > 30);
        Assert.All(lines, line =>
        {
            string[] named = [.. SpecName().Matches(line.TrimEnd(' ', '|').Split('|')[^1]).Select(m => m.Groups[1].Value)];
            Assert.NotEmpty(named);
            Assert.Empty(named.Except(specs));
        });
    }

    [GeneratedRegex("`([A-Za-z]+Specs\\.[A-Za-z0-9_]+)`")]
    private static partial Regex SpecName();
}
