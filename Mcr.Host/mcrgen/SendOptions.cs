namespace Mcr.Host.Mcrgen;

/// <summary>A checked command line of `mcrgen`.</summary>
internal sealed record SendOptions(Endpoint Endpoint)
{
    /// <summary>UDP_MAX_SEGMENTS of kernels before 6.9; later ones take 128.</summary>
    public const int MaxSegments = 64;

    /// <summary>UIO_MAXIOV: sendmmsg takes no more messages.</summary>
    public const int MaxBatch = 1024;

    /// <summary>Datagrams per second; 0 for as many as go.</summary>
    public required double Rate { get; init; }

    public required int Size { get; init; }

    /// <summary>How many datagrams to send; null for until interrupted.</summary>
    public required long? Count { get; init; }

    public required int Batch { get; init; }

    /// <summary>Datagrams per message (UDP_SEGMENT); 0 for no segmentation.</summary>
    public required int Segments { get; init; }

    /// <summary>Time to live, or hop limit.</summary>
    public required int Ttl { get; init; }

    public required int Dscp { get; init; }

    public required PayloadFill Fill { get; init; }

    public required bool Sha256 { get; init; }

    public required bool Quiet { get; init; }
}
