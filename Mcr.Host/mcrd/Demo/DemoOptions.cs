namespace Mcr.Host.Mcrd.Demo;

/// <param name="Seconds">How long the stream lasts.</param>
/// <param name="Rate">Datagrams per second.</param>
/// <param name="Size">Payload bytes of a datagram: 1316 is seven MPEG-TS packets.</param>
internal sealed record DemoOptions(int Seconds, int Rate, int Size)
{
    public const int DefaultSeconds = 10;
    public const int DefaultRate = 10_000;
    public const int DefaultSize = 1316;

    public long Count => (long)Seconds * Rate;
}
