using System.Diagnostics;
using System.Globalization;

namespace Mcr.Specs.Fixtures;

/// <summary>How long programs take from their start to their end, held against what the runtime itself takes on this machine.</summary>
internal static class StartTimes
{
    private const int Runs = 9;

    /// <summary>Where the runtime needs more than 40 ms to start, as on a slow virtual machine, so much more may mcrctl.</summary>
    private const double OfTheRuntime = 2.5;

    /// <summary>The same for what mcrd, a worker and a receiver take together until the first datagram is through; 75 ms stand for 1.5 s.</summary>
    private const double OfTheRuntimeForARelay = 20;

    /// <summary>Milliseconds that mcrctl may take: 100, or more where the runtime is slow.</summary>
    public static double Limit(ITestOutputHelper output) => Math.Max(100, OfTheRuntime * Runtime(output));

    /// <summary>Seconds from starting mcrd to the first datagram: 1.5, or more where the runtime is slow.</summary>
    public static double RelayLimit(ITestOutputHelper output) => Math.Max(1.5, OfTheRuntimeForARelay * Runtime(output) / 1000);

    /// <summary>A program that says that nobody has given it a channel, and ends.</summary>
    private static double Runtime(ITestOutputHelper output) => Median(output, Executables.Mcrd, 64, "worker");

    /// <summary>Milliseconds, the median of some runs.</summary>
    public static double Median(ITestOutputHelper output, string program, int exitCode, params string[] arguments)
    {
        double[] times = [.. Enumerable.Range(0, Runs).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            using var run = new RunningProcess(null, program, arguments);
            Assert.Equal(exitCode, run.WaitForExit());
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        })];
        double median = times.Order().ElementAt(Runs / 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(program)} {string.Join(' ', arguments)}: median {median:F0} ms, {times.Min():F0} to {times.Max():F0}"));
        return median;
    }
}
