using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>Measured alone: what else runs on the machine's processors is not mcrctl's to answer for.</summary>
[CollectionDefinition(nameof(McrctlStartSpecs), DisableParallelization = true)]
public sealed class McrctlStartCollection;

/// <summary>Scripts call mcrctl in loops: it has to be there at once, and cannot be if it brings Akka along.</summary>
[Collection(nameof(McrctlStartSpecs))]
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
            : new ControlResponse.Rules([.. Enumerable.Range(0, 100).Select(i => new RuleEntry($"r-{i}", null, "eth0", "239.1.1.1", i + 1, [new OutputEntry("239.2.2.2", 6000, "eth1", "1")], "Active", null, DateTimeOffset.UnixEpoch, "file", null))]));

        StartTimes.AssertPrompt(output, "--socket-path", fixture.SocketPath, "--json", command);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("config load")]
    public async Task It_should_load_neither_Akka_nor_what_tables_need(string command)
    {
        await using var fixture = new ControlFixture();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<ControlResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Handle = (_, _) =>
        {
            asked.SetResult();
            return answer.Task;
        };
        using var mcrctl = new RunningProcess(null, Executables.Mcrctl, ["--json", .. McrctlFixture.Words(command), .. command == "list" ? Array.Empty<string>() : ["--file", Path.Combine(Executables.RepositoryRoot, "hocon", "examples", "options.hocon")], "--socket-path", fixture.SocketPath]);
        await asked.Task;

        string[] loaded = [.. File.ReadLines($"/proc/{mcrctl.Pid}/maps").Select(line => Path.GetFileName(line)).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).Distinct().Order()];
        answer.SetResult(new ControlResponse.Rules([]));

        Assert.Equal(0, mcrctl.WaitForExit());
        output.WriteLine(string.Join(' ', loaded));
        Assert.Contains("Mcr.Actors.dll", loaded);
        Assert.DoesNotContain(loaded, name => name.StartsWith("Akka", StringComparison.Ordinal) || name.StartsWith("Spectre", StringComparison.Ordinal) || name.StartsWith("Google", StringComparison.Ordinal));
    }
}
