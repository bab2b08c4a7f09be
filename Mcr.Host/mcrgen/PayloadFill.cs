using System.Runtime.InteropServices;
using System.Text;

namespace Mcr.Host.Mcrgen;

/// <summary>The bytes after the header: a function of the sequence number, so every run with the same options sends the same ones.</summary>
internal sealed class PayloadFill
{
    /// <summary>2^64 divided by the golden ratio: the step of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly byte[] _template;
    private readonly bool _shifts;
    private readonly ulong? _seed;

    private PayloadFill(byte[] template, bool shifts, ulong? seed)
    {
        _template = template;
        _shifts = shifts;
        _seed = seed;
    }

    /// <summary>Byte i of datagram n is (n + i) mod 256.</summary>
    public static PayloadFill Pattern()
    {
        byte[] ramp = new byte[Payload.MaxSize + 256];
        for (int i = 0; i < ramp.Length; i++)
            ramp[i] = (byte)i;
        return new PayloadFill(ramp, shifts: true, seed: null);
    }

    /// <summary>The text in UTF-8, again and again.</summary>
    public static PayloadFill Text(string text)
    {
        byte[] once = Encoding.UTF8.GetBytes(text);
        byte[] repeated = new byte[Payload.MaxSize];
        for (int i = 0; i < repeated.Length; i++)
            repeated[i] = once[i % once.Length];
        return new PayloadFill(repeated, shifts: false, seed: null);
    }

    /// <summary>Incompressible bytes, each datagram's own; the same for the same seed.</summary>
    public static PayloadFill Random(ulong seed) => new([], shifts: false, seed);

    public void Write(Span<byte> target, ulong sequence)
    {
        if (_seed is { } seed)
            WriteRandom(target, Mix(seed ^ Mix(sequence * Golden)));
        else
            _template.AsSpan(_shifts ? (int)(sequence & 0xFF) : 0, target.Length).CopyTo(target);
    }

    private static void WriteRandom(Span<byte> target, ulong state)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(target);
        for (int i = 0; i < words.Length; i++)
            words[i] = Mix(state += Golden);

        Span<byte> tail = target[(words.Length * sizeof(ulong))..];
        ulong last = Mix(state + Golden);
        for (int i = 0; i < tail.Length; i++)
            tail[i] = (byte)(last >> (8 * i));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
