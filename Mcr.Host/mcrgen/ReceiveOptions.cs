namespace Mcr.Host.Mcrgen;

/// <summary>A checked command line of `mcrgen receive`.</summary>
internal sealed record ReceiveOptions(Endpoint Endpoint)
{
    /// <summary>How many different datagrams to wait for, numbered from 0; null for as many as come.</summary>
    public required long? Count { get; init; }

    /// <summary>How long without the first datagram ends the run; null for never.</summary>
    public required TimeSpan? FirstTimeout { get; init; }

    /// <summary>How long without a further datagram ends the run; null for never.</summary>
    public required TimeSpan? Timeout { get; init; }

    public required bool Sha256 { get; init; }

    public required bool Json { get; init; }

    public required bool ReadyLine { get; init; }

    public required bool Rates { get; init; }
}
