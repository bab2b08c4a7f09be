namespace Mcr.Specs.Bench;

/// <summary>How datagrams come to the relay.</summary>
internal enum Sending
{
    /// <summary>One after another by sendmmsg, as an ordinary program sends.</summary>
    Plain,

    /// <summary>Cut by the sender's kernel (tx-udp-segmentation off on its device): single frames, as fast as they can be made here.</summary>
    Singles,

    /// <summary>Merged frames, as of a sender with segmentation offload or of a network card that merges.</summary>
    Merged,
}

/// <summary>One situation that all peers are measured in.</summary>
/// <param name="Load">Datagrams a second into the relay, at which the CPU is measured: what the faster peers sustain.</param>
/// <param name="Gro">UDP GRO forwarding on at the relay's input, for every peer.</param>
/// <param name="CutByOutput">tx-udp-segmentation off at the relay's output: the kernel cuts what the relay sends as one.</param>
/// <param name="IsRtp">Payloads are RTP with MPEG-TS packets in it, in place of a number and zeros.</param>
/// <param name="IsKey">One of those that "Numbers to reach" needs: part of a quick run, and measured in every round.</param>
internal sealed record Traffic(string Name, int Fanout, int Size, Sending Sending, int Load, bool Gro = false, bool CutByOutput = false, bool IsKey = false, bool IsRtp = false)
{
    /// <summary>A number of datagrams that one send of the sender may hold, in 64 KiB.</summary>
    public int Segments => Sending == Sending.Plain ? 0 : 45;

    public static Traffic Base { get; } = new("1→1, 1316 B", 1, 1316, Sending.Singles, 300_000, IsKey: true);

    public static Traffic Ten { get; } = new("1→10, 1316 B", 10, 1316, Sending.Singles, 200_000, IsKey: true);

    public static Traffic Merging { get; } = new("1→1, 1316 B, GSO sender", 1, 1316, Sending.Merged, 1_000_000, IsKey: true);

    /// <summary>Seven MPEG-TS packets in RTP.</summary>
    public static Traffic Media { get; } = new("1→1, 1328 B of RTP", 1, 1328, Sending.Singles, 300_000, IsRtp: true);

    /// <summary>The same from a sender that merges.</summary>
    public static Traffic MergedMedia { get; } = new("1→1, 1328 B of RTP, GSO sender", 1, 1328, Sending.Merged, 1_000_000, IsRtp: true);

    public static IReadOnlyList<Traffic> All { get; } =
    [
        Base,
        Ten,
        Merging,
        new("1→1, 64 B", 1, 64, Sending.Singles, 300_000),
        new("1→1, 8900 B", 1, 8900, Sending.Singles, 100_000),
        new("1→10, 64 B", 10, 64, Sending.Singles, 200_000),
        new("1→10, 8900 B", 10, 8900, Sending.Singles, 50_000),
        new("1→1, 1316 B, plain sender", 1, 1316, Sending.Plain, 200_000),
        new("1→1, 1316 B, GRO on", 1, 1316, Sending.Singles, 300_000, Gro: true),
        new("1→10, 1316 B, GRO on", 10, 1316, Sending.Singles, 200_000, Gro: true),
        new("1→10, 1316 B, GSO sender", 10, 1316, Sending.Merged, 300_000),
        new("1→1, 1316 B, cut in software at the output", 1, 1316, Sending.Merged, 300_000, CutByOutput: true),
        new("1→10, 1316 B, cut in software at the output", 10, 1316, Sending.Merged, 50_000, CutByOutput: true),
    ];

    /// <summary>One after another, at these rates.</summary>
    public static IReadOnlyList<int> LatencyRates { get; } = [1_000, 10_000, 50_000, 100_000];
}
