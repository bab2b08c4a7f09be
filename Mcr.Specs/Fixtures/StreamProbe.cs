using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Specs.Fixtures;

/// <summary>One rule's stream as a worker looks at it, without a worker.</summary>
internal sealed unsafe class StreamProbe(AnalysisSettings settings) : IDisposable
{
    public const string Sender = "10.0.0.1";

    private readonly PinnedWords _block = new(StreamBlock.Words);

    public AnalysisSettings Settings { get; set; } = settings;

    public long* Block => _block.Pointer;

    public StreamReport Report => StreamReport.Read(new ReadOnlySpan<long>(Block, StreamBlock.Words));

    public SequenceTotals Sequence => Report.Sequence;

    /// <param name="segment">Bytes of each datagram of a merged run; 0 for a single one.</param>
    /// <param name="at">Nanoseconds since 1970.</param>
    public void Take(byte[] payload, int segment = 0, string source = Sender, ushort port = 40_000, long at = 0)
    {
        AnalysisSettings settings = Settings;
        var arrival = new Arrival(Addresses.ToNumber(System.Net.IPAddress.Parse(source)), port, at);
        fixed (byte* bytes = payload)
            PayloadAnalyser.Analyse(Block, in settings, bytes, payload.Length, segment, in arrival);
    }

    /// <summary>All words but the settings', for comparing two.</summary>
    public long[] Words => new ReadOnlySpan<long>(Block + 1, StreamBlock.LatencyWord - 1).ToArray();

    public void Dispose() => _block.Dispose();
}
