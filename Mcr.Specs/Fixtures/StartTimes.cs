using System.Diagnostics;
using System.Globalization;

namespace Mcr.Specs.Fixtures;

/// <summary>How long programs take from their start to their end, held against what the runtime itself takes on this machine.</summary>
internal static class StartTimes
{
    private const int Runs = 9;

    /// <summary>Where the runtime needs more than 33 ms to start, as on a slow virtual machine, so much more may mcrctl.</summary>
    private const double OfTheRuntime = 3;

    /// <summary>Somebody else may be busy on the machine for a while; a program is too slow if it never is fast.</summary>
    private const int Rounds = 5;

    /// <summary>The same for what mcrd, a worker and a receiver take together until the first datagram is through; 37 ms, of which ADR 019 tells, stand for 1.5 s.</summary>
    private const double OfTheRuntimeForARelay = 40;

    /// <summary>mcrctl, called so, answers in 100 ms, or more where the runtime is slow; both are started by turns.</summary>
    public static void AssertPrompt(ITestOutputHelper output, params string[] arguments) =>
        AssertWithin(output, $"mcrctl {string.Join(' ', arguments)}", 100, OfTheRuntime, Runs, () => Run(Executables.Mcrctl, 0, arguments));

    /// <summary>mcrd relays its first datagram 1.5 s after it was started, or more where the runtime is slow.</summary>
    /// <param name="measure">Starts one; seconds.</param>
    public static void AssertRelays(ITestOutputHelper output, Func<double> measure) =>
        AssertWithin(output, "first datagram", 1500, OfTheRuntimeForARelay, 3, () => measure() * 1000);

    /// <param name="least">Milliseconds that are allowed however fast the runtime is.</param>
    private static void AssertWithin(ITestOutputHelper output, string what, double least, double ofTheRuntime, int runs, Func<double> measure)
    {
        double median;
        double limit;
        int rounds = 0;
        do
        {
            (double Runtime, double Measured)[] times = [.. Enumerable.Range(0, runs).Select(_ => (Runtime(), measure()))];
            median = Median(times.Select(t => t.Measured));
            limit = Math.Max(least, ofTheRuntime * Median(times.Select(t => t.Runtime)));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: median {median:F0} ms; at most {limit:F0}"));
        }
        while (median >= limit && ++rounds < Rounds);

        Assert.InRange(median, 0, limit);
    }

    /// <summary>A program that says that nobody has given it a channel, and ends.</summary>
    private static double Runtime() => Run(Executables.Worker, 64);

    /// <returns>Milliseconds.</returns>
    private static double Run(string program, int exitCode, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using var run = new RunningProcess(null, program, arguments);
        Assert.Equal(exitCode, run.WaitForExit());
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        return sorted[sorted.Length / 2];
    }
}
