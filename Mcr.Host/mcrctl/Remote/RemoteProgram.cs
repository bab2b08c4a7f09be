using System.Diagnostics.CodeAnalysis;
using Mcr.Native.Interop;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>
/// Akka, by which an mcrd on another host is asked, cannot be compiled ahead of time. An mcrctl that was is without it, and becomes the program
/// that lies beside it and was not: the same source, so the same words and answers.
/// </summary>
internal static class RemoteProgram
{
    private const string Name = "mcrctl-remote";

    /// <summary>Of the build: whether this program can do it itself. What is not is not compiled into it.</summary>
    [FeatureSwitchDefinition("Mcr.RemoteConsole.IsSupported")]
    public static bool IsThis => !AppContext.TryGetSwitch("Mcr.RemoteConsole.IsSupported", out bool isSupported) || isSupported;

    /// <returns>An exit code, when it is not there.</returns>
    public static int Become(string[] args)
    {
        LinuxException failure = ProcessImage.Replace(Path.Combine(AppContext.BaseDirectory, Name), args);
        return ExitCodes.Because(ExitCodes.Failed, $"an mcrd on another host is asked by {Name}, which belongs beside this program: {failure.Message}; install the whole package");
    }
}
