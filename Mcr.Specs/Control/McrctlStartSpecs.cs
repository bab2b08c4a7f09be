using System.Diagnostics;
using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>Scripts call mcrctl in loops: it has to be there at once, and cannot be if it brings Akka along.</summary>
public sealed class McrctlStartSpecs(ITestOutputHelper output)
{
    [Theory]
    [InlineData("ping")]
    [InlineData("list")]
    public async Task An_answer_in_JSON_should_take_less_than_a_tenth_of_a_second(string command)
    {
        await using var fixture = new ControlFixture();
        fixture.AnswerWith(command == "ping"
            ? new ControlResponse.Pong()
            : new ControlResponse.Rules([.. Enumerable.Range(0, 100).Select(i => new RuleEntry($"r-{i}", null, "eth0", "239.1.1.1", i + 1, [new OutputEntry("239.2.2.2", 6000, "eth1", 1)], "Active", null, DateTimeOffset.UnixEpoch, "file", null))]));
        var times = new List<double>();

        // The first run also fills the page cache.
        for (int i = 0; i < 10; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(0, fixture.Mcrctl("--json", command).ExitCode);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        double[] sorted = [.. times.Skip(1).Order()];
        output.WriteLine($"mcrctl --json {command}: median {sorted[4]:F0} ms of {string.Join(' ', times.Select(t => t.ToString("F0")))}");
        Assert.InRange(sorted[4], 0, 100);
    }

    [Fact]
    public async Task It_should_load_neither_Akka_nor_what_tables_need()
    {
        await using var fixture = new ControlFixture();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<ControlResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Handle = (_, _) =>
        {
            asked.SetResult();
            return answer.Task;
        };
        using var mcrctl = new RunningProcess(null, Executables.Mcrctl, ["--json", "list", "--socket-path", fixture.SocketPath]);
        await asked.Task;

        string[] loaded = [.. File.ReadLines($"/proc/{mcrctl.Pid}/maps").Select(line => Path.GetFileName(line)).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).Distinct().Order()];
        answer.SetResult(new ControlResponse.Rules([]));

        Assert.Equal(0, mcrctl.WaitForExit());
        output.WriteLine(string.Join(' ', loaded));
        Assert.Contains("Mcr.Actors.dll", loaded);
        Assert.DoesNotContain(loaded, name => name.StartsWith("Akka", StringComparison.Ordinal) || name.StartsWith("Spectre", StringComparison.Ordinal) || name.StartsWith("Google", StringComparison.Ordinal));
    }
}
