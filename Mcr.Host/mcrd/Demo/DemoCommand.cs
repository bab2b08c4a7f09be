using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>
/// `mcrd demo`: a relay that one can watch, on a machine where nothing is set up and nothing is left behind. An ordinary user is root in a
/// user namespace of his own; there, no other user exists, so the worker's change of user cannot be shown.
/// </summary>
internal static class DemoCommand
{
    /// <summary>Set when we have started ourselves in a user namespace, so that it is tried once.</summary>
    private const string InsideVariable = "MCR_DEMO_INSIDE";

    public static async Task<int> RunAsync(DemoOptions options)
    {
        if (!Capabilities.Read().CanMakeNamespaces)
            return RunInUserNamespace();
        using var interrupted = new CancellationTokenSource();
        using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using var sighup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        try
        {
            return await new DemoRun(options, Console.Out).RunAsync(interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("interrupted; everything is removed");
            return ExitCodes.Failed;
        }
        catch (Exception e) when (e is DemoException or LinuxException or InvalidOperationException or Win32Exception)
        {
            await Console.Error.WriteLineAsync($"mcrd demo: {e.Message}");
            return ExitCodes.Failed;
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.Cancel();
        }
    }

    private static int RunInUserNamespace()
    {
        if (Environment.GetEnvironmentVariable(InsideVariable) is not null)
        {
            Console.Error.WriteLine("mcrd demo: even as root of a user namespace no network namespace can be made here (a container without that right?); run it as root on the machine itself");
            return ExitCodes.NoPermission;
        }

        Console.WriteLine("Not root: the demo runs in a user namespace, where mcrd is root over its own networks only.");
        Console.WriteLine("What cannot be shown there: the worker's change to the user nobody (no other user exists inside), and forced socket buffers.");
        try
        {
            string[] arguments = [.. Environment.GetCommandLineArgs().Skip(1)];
            var info = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--", Environment.ProcessPath!, .. arguments]);
            info.Environment[InsideVariable] = "1";
            using Process process = Process.Start(info)!;
            using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true); // the terminal has told it too
            using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                ProcessSignal.Terminate(process.Id);
            });
            process.WaitForExit();
            if (process.ExitCode == 1 && IsForbidden(out string why))
                Console.Error.WriteLine($"mcrd demo: {why}");
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            Console.Error.WriteLine("mcrd demo: `unshare` is missing; install util-linux, or run this as root");
            return ExitCodes.NoPermission;
        }
    }

    /// <summary>Distributions switch user namespaces off in different places.</summary>
    private static bool IsForbidden(out string why)
    {
        foreach ((string file, string bad) in new[] { ("/proc/sys/kernel/unprivileged_userns_clone", "0"), ("/proc/sys/user/max_user_namespaces", "0"), ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") })
        {
            if (File.Exists(file) && File.ReadAllText(file).Trim() == bad)
            {
                why = $"user namespaces are switched off for ordinary users ({file} is {bad}); run the demo as root";
                return true;
            }
        }

        why = "";
        return false;
    }
}
