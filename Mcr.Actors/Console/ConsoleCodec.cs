using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mcr.Actors.Console;

/// <summary>
/// Messages to bytes and back: the length of a head (4 bytes, big-endian), the head in JSON, and the bytes of a part. A manifest never changes its
/// meaning. Pure; reading refuses with <see cref="InvalidDataException"/> and nothing else.
/// </summary>
internal static class ConsoleCodec
{
    private const int LengthBytes = sizeof(int);

    public static string Manifest(ConsoleMessage message) => message switch
    {
        ConsoleMessage.Hello => "H1",
        ConsoleMessage.Challenge => "C1",
        ConsoleMessage.Proof => "P1",
        ConsoleMessage.Welcome => "W1",
        ConsoleMessage.Request => "Q1",
        ConsoleMessage.Response => "R1",
        ConsoleMessage.Taken => "T1",
        ConsoleMessage.Goodbye => "G1",
        ConsoleMessage.Refused => "X1",
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, null),
    };

    public static byte[] Encode(ConsoleMessage message) => message switch
    {
        ConsoleMessage.Hello hello => Join(JsonSerializer.SerializeToUtf8Bytes(hello, ConsoleJson.Default.Hello), []),
        ConsoleMessage.Challenge challenge => Join(JsonSerializer.SerializeToUtf8Bytes(challenge, ConsoleJson.Default.Challenge), []),
        ConsoleMessage.Proof proof => Join(JsonSerializer.SerializeToUtf8Bytes(proof, ConsoleJson.Default.Proof), []),
        ConsoleMessage.Welcome welcome => Join(JsonSerializer.SerializeToUtf8Bytes(welcome, ConsoleJson.Default.Welcome), []),
        ConsoleMessage.Request request => Join(JsonSerializer.SerializeToUtf8Bytes(request, ConsoleJson.Default.Request), request.Bytes),
        ConsoleMessage.Response response => Join(JsonSerializer.SerializeToUtf8Bytes(response, ConsoleJson.Default.Response), response.Bytes),
        ConsoleMessage.Taken taken => Join(JsonSerializer.SerializeToUtf8Bytes(taken, ConsoleJson.Default.Taken), []),
        ConsoleMessage.Goodbye goodbye => Join(JsonSerializer.SerializeToUtf8Bytes(goodbye, ConsoleJson.Default.Goodbye), []),
        ConsoleMessage.Refused refused => Join(JsonSerializer.SerializeToUtf8Bytes(refused, ConsoleJson.Default.Refused), []),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, null),
    };

    /// <exception cref="InvalidDataException">it is none of them, or larger than one may be.</exception>
    public static ConsoleMessage Decode(string manifest, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LengthBytes || BinaryPrimitives.ReadUInt32BigEndian(bytes) is var length && (length > ConsoleProtocol.MaxHeadBytes || length > bytes.Length - LengthBytes))
            throw new InvalidDataException($"a console's message '{manifest}' has no head of at most {ConsoleProtocol.MaxHeadBytes} bytes");
        ReadOnlySpan<byte> head = bytes[LengthBytes..(LengthBytes + (int)length)];
        ReadOnlySpan<byte> part = bytes[(LengthBytes + (int)length)..];
        if (part.Length > (manifest is "Q1" or "R1" ? ConsoleProtocol.PartBytes : 0))
            throw new InvalidDataException($"a console's message '{manifest}' has {part.Length} bytes behind its head, which is too many");
        return manifest switch
        {
            "H1" => Read(head, ConsoleJson.Default.Hello) is { Certificate: not null, Nonce.Length: ConsoleProtocol.NonceBytes } hello ? hello : throw Incomplete(manifest),
            "C1" => Read(head, ConsoleJson.Default.Challenge) is { Nonce.Length: ConsoleProtocol.NonceBytes, Certificate: not null } challenge ? challenge : throw Incomplete(manifest),
            "P1" => Read(head, ConsoleJson.Default.Proof) is { Signature: not null } proof ? proof : throw Incomplete(manifest),
            "W1" => Read(head, ConsoleJson.Default.Welcome) is { Token: not null, Node: not null, Version: not null, Name: not null } welcome ? welcome : throw Incomplete(manifest),
            "Q1" => Read(head, ConsoleJson.Default.Request) is { Token: not null } request ? request with { Bytes = part.ToArray() } : throw Incomplete(manifest),
            "R1" => Read(head, ConsoleJson.Default.Response) is { } response ? response with { Bytes = part.ToArray() } : throw Incomplete(manifest),
            "T1" => Read(head, ConsoleJson.Default.Taken) is { Token: not null } taken ? taken : throw Incomplete(manifest),
            "G1" => Read(head, ConsoleJson.Default.Goodbye) is { Token: not null } goodbye ? goodbye : throw Incomplete(manifest),
            "X1" => Read(head, ConsoleJson.Default.Refused) is { Sentence: not null } refused ? refused : throw Incomplete(manifest),
            _ => throw new InvalidDataException($"a console's message '{manifest}' is of a kind that this version does not know"),
        };
    }

    private static byte[] Join(ReadOnlySpan<byte> head, ReadOnlySpan<byte> part)
    {
        byte[] all = new byte[LengthBytes + head.Length + part.Length];
        BinaryPrimitives.WriteInt32BigEndian(all, head.Length);
        head.CopyTo(all.AsSpan(LengthBytes));
        part.CopyTo(all.AsSpan(LengthBytes + head.Length));
        return all;
    }

    private static T? Read<T>(ReadOnlySpan<byte> head, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(head, type);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the head of a console's message is not JSON as this version has it: {e.Message}", e);
        }
    }

    private static InvalidDataException Incomplete(string manifest) => new($"a console's message '{manifest}' lacks something, or has a nonce of the wrong size");
}
