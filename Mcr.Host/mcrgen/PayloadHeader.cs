namespace Mcr.Host.Mcrgen;

/// <summary>The fields of <see cref="Payload"/>'s header. The time is 0 where there was no room for one.</summary>
internal readonly record struct PayloadHeader(ulong Sequence, long SentNanoseconds, uint Stream);
