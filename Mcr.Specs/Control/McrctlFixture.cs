using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>Runs mcrctl as a user does, its output not a terminal.</summary>
internal static class McrctlFixture
{
    public static (int ExitCode, string Output, string Error) Mcrctl(this ControlFixture fixture, params string[] arguments)
    {
        using var run = new RunningProcess(null, Executables.Mcrctl, ["--socket-path", fixture.SocketPath, .. arguments]);
        return run.End();
    }

    public static string[] Words(string commandLine) => commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What mcrd does with an add, short of doing it.</summary>
    public static ControlResponse Parse(ControlRequest request)
    {
        Mcr.Native.Rules.RuleParser.Parse(ControlViews.Draft(Assert.IsType<ControlRequest.Add>(request)), out IReadOnlyList<Mcr.Native.Rules.RuleProblem> problems);
        return problems.Count > 0 ? ControlViews.Refusal(problems) : new ControlResponse.Success("added");
    }
}
