using Mcr.Specs.Bench;

namespace Mcr.Specs;

/// <summary><c>bench …</c> measures; everything else is xunit's, as the entry point does that it generates (which is switched off in the project file).</summary>
internal static class Program
{
    private static readonly string[] PlatformSwitches = ["--server", "--internal-msbuild-node"];

    public static int Main(string[] args)
    {
        if (args is [BenchCommand.Name, ..])
            return BenchCommand.Run(args[1..]);
        return args.Intersect(PlatformSwitches).Any()
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult()
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
