using System.Diagnostics;
using System.Globalization;

namespace Mcr.Specs.Fixtures;

/// <summary>How long programs take from their start to their end, held against what the runtime itself takes on this machine.</summary>
internal static class StartTimes
{
    private const int Runs = 9;

    /// <summary>Where the runtime needs more than 33 ms to start, as on a slow virtual machine, so much more may mcrctl.</summary>
    private const double OfTheRuntime = 3;

    /// <summary>Somebody else may be busy on the machine for a while; mcrctl is too slow if it never is fast.</summary>
    private const int Rounds = 5;

    /// <summary>The same for what mcrd, a worker and a receiver take together until the first datagram is through; 75 ms stand for 1.5 s.</summary>
    private const double OfTheRuntimeForARelay = 20;

    /// <summary>mcrctl, called so, answers in 100 ms, or more where the runtime is slow; both are started by turns.</summary>
    public static void AssertPrompt(ITestOutputHelper output, params string[] arguments)
    {
        double median;
        double limit;
        int rounds = 0;
        do
        {
            (double Runtime, double Mcrctl)[] times = [.. Enumerable.Range(0, Runs).Select(_ => (Runtime(), Run(Executables.Mcrctl, 0, arguments)))];
            median = Median(times.Select(t => t.Mcrctl));
            limit = Math.Max(100, OfTheRuntime * Median(times.Select(t => t.Runtime)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mcrctl {string.Join(' ', arguments)}: median {median:F0} ms; at most {limit:F0}"));
        }
        while (median >= limit && ++rounds < Rounds);

        Assert.InRange(median, 0, limit);
    }

    /// <summary>Seconds from starting mcrd to the first datagram: 1.5, or more where the runtime is slow.</summary>
    public static double RelayLimit() => Math.Max(1.5, OfTheRuntimeForARelay * Median(Enumerable.Range(0, Runs).Select(_ => Runtime())) / 1000);

    /// <summary>A program that says that nobody has given it a channel, and ends.</summary>
    private static double Runtime() => Run(Executables.Mcrd, 64, "worker");

    /// <returns>Milliseconds.</returns>
    private static double Run(string program, int exitCode, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using var run = new RunningProcess(null, program, arguments);
        Assert.Equal(exitCode, run.WaitForExit());
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> times) => times.Order().ElementAt(Runs / 2);
}
