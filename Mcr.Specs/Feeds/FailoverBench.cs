using System.Buffers.Binary;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>A chooser with a block of its own and a clock that moves when the spec says so; each turn takes all that has come.</summary>
internal sealed unsafe class FailoverBench : IDisposable
{
    public const long Millisecond = 1_000_000;

    private readonly PinnedWords _block = new(SelectBlock.Words);
    private readonly long[] _takenUntil;
    private readonly ushort[] _numbers;
    private FailoverChooser _chooser;

    public FailoverBench(SelectSettings settings, int inputs = 2)
    {
        _takenUntil = new long[inputs];
        _numbers = new ushort[inputs];
        _chooser = new FailoverChooser(settings, inputs, _block.Pointer);
    }

    /// <summary>Boot clock, nanoseconds.</summary>
    public long Now { get; private set; } = 1_000_000 * Millisecond;

    /// <summary>Of the datagrams of RTP that inputs send.</summary>
    public uint Source { get; set; } = 7;

    /// <summary>The input that is relayed; -1: none yet.</summary>
    public int Current => (int)_block.Pointer[SelectBlock.Current] - 1;

    public long Switches => _block.Pointer[SelectBlock.Switches];

    public long Word(int word) => _block.Pointer[word];

    public long Word(int input, int word) => _block.Pointer[SelectBlock.InputAt(input) + word];

    /// <summary>So many milliseconds later, a datagram comes by each of these.</summary>
    /// <returns>Those that are relayed.</returns>
    public int[] Turn(int milliseconds, params int[] inputs) => Turn(milliseconds, taken: true, inputs);

    /// <param name="taken">Whether anything is left in any input's queue afterwards.</param>
    /// <inheritdoc cref="Turn(int, int[])"/>
    public int[] Turn(int milliseconds, bool taken, params int[] inputs)
    {
        Now += milliseconds * Millisecond;
        if (inputs.Length > 0)
            _chooser.Look(Now, _takenUntil);
        int[] relayed = [.. inputs.Where(i => Take(i, Rtp(_numbers[i]++, Source)))];
        if (taken)
            _takenUntil.AsSpan().Fill(Now);
        return relayed;
    }

    /// <summary>As many turns, one each millisecond.</summary>
    public int[] Turns(int count, params int[] inputs) => [.. Enumerable.Range(0, count).SelectMany(_ => Turn(1, inputs))];

    public bool Take(int input, byte[] payload)
    {
        fixed (byte* bytes = payload)
            return _chooser.Take(input, bytes, payload.Length, Now);
    }

    /// <summary>On its way to the input.</summary>
    public void Lose(int input, int datagrams = 1) => _numbers[input] += (ushort)datagrams;

    /// <summary>The worker has died, and so many milliseconds later another goes on with the slot.</summary>
    public void Restart(int milliseconds, SelectSettings settings)
    {
        Now += milliseconds * Millisecond;
        _takenUntil.AsSpan().Clear();
        _chooser = new FailoverChooser(settings, _takenUntil.Length, _block.Pointer);
    }

    public static byte[] Rtp(ushort number, uint source)
    {
        byte[] payload = new byte[12];
        payload[0] = 0x80;
        payload[1] = 33;
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), number);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(8), source);
        return payload;
    }

    public void Dispose() => _block.Dispose();
}
