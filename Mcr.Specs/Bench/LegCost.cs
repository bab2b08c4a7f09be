using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Mcr.Native.Legs;
using Mcr.Specs.Legs;

namespace Mcr.Specs.Bench;

/// <summary>What the header of a leg costs each end for a datagram, and what HMAC-SHA256 would cost in its place.</summary>
internal static class LegCost
{
    public const string Method =
        """
        Nanoseconds a datagram, median of the rounds and in brackets the least and the most: of 100,000 datagrams each, in one thread, of datagrams that are in the CPU's caches.
        "SipHash" is the MAC over 32 bytes and the payload; "sender" and "receiver" are all that an end does for a datagram, with it: header, MAC, counts, and at the receiver the window against
        replays and the latency. "The loop" is all that a worker does for a datagram but the kernel's part: parse, match, count, queue, and trains to a sink of memory; of 4,096 datagrams that are in memory. "HMAC-SHA256" is .NET's one-shot call (OpenSSL) over the same bytes, without the rest. Memory is what the process has grown by (VmRSS) after the first such call.

        """;

    private const int Rounds = 21;
    private const int WarmUp = 1000; // of the loop, which is compiled again while it runs, and not before it has run for some 100 ms
    private const int Datagrams = 100_000;
    private const int Batch = 100; // datagrams until the receiver begins anew
    private const int HeadSize = 32;
    private const long Start = 1_800_000_000_000_000_000;

    private static readonly int[] s_payloads = [200, 1400];
    private static readonly int[] s_relayed = [200, 1316];

    public static IEnumerable<ReportTable> Run(CancellationToken stop)
    {
        byte[] mac = new byte[HMACSHA256.HashSizeInBytes];
        long before = Resident();
        HMACSHA256.HashData(mac, mac, mac);
        long after = Resident();
        yield return new ReportTable("A datagram", ["payload", "SipHash-2-4-128", "HMAC-SHA256", "sender", "receiver"], [.. s_payloads.Select(payload => Row(payload, stop))]);
        yield return new ReportTable("The loop, a datagram", ["payload", "plain", "into a leg", "out of a leg"], [.. s_relayed.Select(payload => LoopRow(payload, stop))]);
        yield return new ReportTable("First use", ["", "memory"], [["libcrypto", FormattableString.Invariant($"{(after - before) / 1024.0:F1} MiB")]]);
    }

    private static string[] Row(int payload, CancellationToken stop)
    {
        LegKey key = LegProbe.KeyOf(1);
        byte[] datagram = LegProbe.Datagram(in key, 1, 1, 0, payload: new byte[payload]);
        return
        [
            FormattableString.Invariant($"{payload:N0}"),
            Measure(() => Authenticate(datagram, in key), stop),
            Measure(() => Hash(datagram), stop),
            Measure(() => Send(payload), stop),
            MeasureReceiver(payload, stop),
        ];
    }

    private static string Measure(Func<double> round, CancellationToken stop)
    {
        return Text([.. Enumerable.Range(0, Rounds + 1).Select(_ =>
        {
            stop.ThrowIfCancellationRequested();
            return round() / Datagrams;
        }).Skip(1)]); // the first one warms up
    }

    private static string[] LoopRow(int payload, CancellationToken stop)
    {
        return [FormattableString.Invariant($"{payload:N0}"), Cost(LegLoopCost.Plain), Cost(LegLoopCost.Into), Cost(LegLoopCost.OutOf)];

        string Cost(Func<int, int, double[]> run)
        {
            stop.ThrowIfCancellationRequested();
            return Text(run(payload, WarmUp + Rounds)[WarmUp..]);
        }
    }

    private static string Text(double[] rounds)
    {
        Array.Sort(rounds);
        return FormattableString.Invariant($"{rounds[Rounds / 2]:F0} ({rounds[0]:F0}–{rounds[^1]:F0})");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Authenticate(byte[] datagram, in LegKey key)
    {
        int good = 0;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Datagrams; i++)
            good += LegHeader.IsAuthentic(datagram, in key) ? 1 : 0;
        return Took(began, good);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Hash(byte[] datagram)
    {
        byte[] key = new byte[HMACSHA256.HashSizeInBytes];
        byte[] mac = new byte[HMACSHA256.HashSizeInBytes];
        ReadOnlySpan<byte> message = datagram.AsSpan(LegHeader.Size - HeadSize);
        int made = 0;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Datagrams; i++)
            made += HMACSHA256.HashData(key, message, mac) == mac.Length ? 1 : 0;
        return Took(began, made);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Send(int payloadSize)
    {
        byte[] header = new byte[LegHeader.Size];
        byte[] payload = new byte[payloadSize];
        LegKeys keys = LegProbe.KeysOf(1);
        LegSender sender = default;
        sender.Use(LegProbe.Leg, 1);
        int written = 0;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Datagrams; i++)
            written += sender.TryWrite(header, payload, Start + i, in keys) ? 1 : 0;
        return Took(began, written);
    }

    /// <summary>The same datagrams again and again, each time by a receiver that has not had them.</summary>
    private static string MeasureReceiver(int payload, CancellationToken stop)
    {
        LegKey key = LegProbe.KeyOf(1);
        byte[][] datagrams = [.. Enumerable.Range(0, Batch).Select(i => LegProbe.Datagram(in key, 1, 1, i, Start, new byte[payload]))];
        return Measure(() => Receive(datagrams), stop);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Receive(byte[][] datagrams)
    {
        using var probe = new LegProbe();
        LegKeys keys = LegProbe.KeysOf(1);
        int good = 0;
        double nanoseconds = 0;
        for (int batch = 0; batch < Datagrams / Batch; batch++)
        {
            probe.All.Clear(); // all of them are new again
            unsafe
            {
                probe.Receiver->Use(LegProbe.Leg, probe.Histogram);
            }

            long began = Stopwatch.GetTimestamp();
            foreach (byte[] datagram in datagrams)
                good += probe.Take(datagram, in keys, Start + 1000).IsGood ? 1 : 0;
            nanoseconds += Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        }

        return good == Datagrams ? nanoseconds : throw new BenchException($"{good} of {Datagrams} datagrams were good, and all should be");
    }

    private static double Took(long began, int done)
    {
        double nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        return done == Datagrams ? nanoseconds : throw new BenchException($"{done} of {Datagrams} datagrams were done, and all should be");
    }

    /// <summary>Kilobytes.</summary>
    private static long Resident() => long.Parse(File.ReadLines("/proc/self/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
