using System.IO.Compression;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>
/// Requests and responses as they go between nodes: gzip, which makes a tenth of lists of rules, so that the largest fits one frame. What comes is unpacked up to
/// a limit, whatever it claims. Pure.
/// </summary>
internal static class Packed
{
    /// <summary>The most that goes in one message to another node, in which bytes are base64; the rest of the frame is for who asks and for Akka's own words.</summary>
    public const int MaxBytes = (RemoteConfig.MaxFrame - (1 << 16)) / 4 * 3;

    public static byte[] Of(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>Whether it is at most so many bytes when it is unpacked, which are not kept.</summary>
    /// <exception cref="InvalidDataException">it is nothing that was packed.</exception>
    public static bool IsWithin(byte[] packed, int most)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        byte[] part = new byte[1 << 16];
        long bytes = 0;
        int got;
        do
        {
            got = gzip.Read(part);
            bytes += got;
        }
        while (got > 0 && bytes <= most);
        return bytes <= most;
    }

    /// <exception cref="InvalidDataException">it is nothing that was packed, or more than <paramref name="most"/> bytes.</exception>
    public static byte[] Open(byte[] packed, int most)
    {
        using var bytes = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        byte[] part = new byte[1 << 16];
        for (int got = gzip.Read(part); got > 0; got = gzip.Read(part))
        {
            if (bytes.Length + got > most)
                throw new InvalidDataException($"it is more than the {most} bytes that may be sent");
            bytes.Write(part, 0, got);
        }

        return bytes.ToArray();
    }
}
