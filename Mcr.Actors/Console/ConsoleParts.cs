namespace Mcr.Actors.Console;

/// <summary>Bytes in parts of <see cref="ConsoleProtocol.PartBytes"/>. Pure.</summary>
internal static class ConsoleParts
{
    /// <summary>At least one, which may be empty.</summary>
    public static int Count(int bytes) => Math.Max(1, (bytes + ConsoleProtocol.PartBytes - 1) / ConsoleProtocol.PartBytes);

    public static byte[] Part(byte[] all, int part) => all[(part * ConsoleProtocol.PartBytes)..Math.Min(all.Length, (part + 1) * ConsoleProtocol.PartBytes)];

    /// <returns>null, or what is wrong with a part that comes where <paramref name="due"/> is due.</returns>
    /// <param name="limit">The most bytes of the whole.</param>
    public static string? Problem(int part, int parts, int bytes, int due, int limit) =>
        parts < 1 || part < 0 || part >= parts ? $"part {part} of {parts} makes no sense"
        : parts > Count(limit) || ((parts - 1) * ConsoleProtocol.PartBytes) + (part == parts - 1 ? bytes : 0) > limit ? $"it is longer than the {limit} bytes allowed"
        : part != due ? $"part {part} came where part {due} was due"
        : part < parts - 1 && bytes != ConsoleProtocol.PartBytes ? $"part {part} of {parts} has {bytes} bytes and not {ConsoleProtocol.PartBytes}"
        : null;
}
