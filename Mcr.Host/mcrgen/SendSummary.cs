namespace Mcr.Host.Mcrgen;

/// <summary>What a sender did. <paramref name="Errors"/>: calls that were repeated because the kernel had no room.</summary>
/// <param name="Sha256">Over all payloads in order; null when not asked for.</param>
internal sealed record SendSummary(long Sent, long Bytes, double Seconds, long Errors, string? Sha256)
{
    public override string ToString() =>
        $"sent={Sent} bytes={Bytes} seconds={Seconds:F3} pps={(Seconds > 0 ? Sent / Seconds : 0):F0} errors={Errors}" + (Sha256 is null ? "" : $" sha256={Sha256}");
}
