using System.Runtime.InteropServices;
using Mcr.Native.Analysis;
using Mcr.Native.Interop;
using Mcr.Native.Trace;

namespace Mcr.Specs.Analysis;

/// <summary>Damaged payloads at the edge of what may be read, and damaged memory of workers.</summary>
public sealed class StreamFuzzSpecs(ITestOutputHelper output)
{
    private static readonly AnalysisSettings[] Settings =
    [
        AnalysisSettings.Auto,
        AnalysisSettings.Rtp(),
        AnalysisSettings.TransportStream,
        AnalysisText.Parse("moldudp64", out _)!.Value,
        AnalysisSettings.Sequence(new SequenceField(1, 8, CountOffset: 2, CountWidth: 32)),
        AnalysisSettings.Sequence(new SequenceField(7, 64, LittleEndian: true)),
    ];

    private static readonly byte[][] Seeds =
    [
        MediaPayloads.Rtp(1, 2, MediaPayloads.Seven(256, 3)),
        MediaPayloads.Rtp(1, 2, MediaPayloads.Seven(256, 3), sources: 15, extension: 3),
        MediaPayloads.Seven(17, 1),
        [.. MediaPayloads.Ts(17, 1, adaptation: true, discontinuity: true), .. MediaPayloads.Ts(17, 1, payload: false, adaptation: true)],
        MediaPayloads.Mold(5, 6),
        [],
    ];

    /// <summary>The byte behind the payload is in a page that cannot be touched: reading it would end the process.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public unsafe void Analysis_should_never_read_beyond_a_payload()
    {
        using var edge = new Edge();
        using var block = new PinnedWords(StreamBlock.Words);
        Fuzzing.Run(output, 300_000, random =>
        {
            byte[] payload = Mutations.Mutate(random, Seeds[random.Next(Seeds.Length)]);
            if (random.Next(4) == 0)
                payload = payload[..random.Next(payload.Length + 1)];
            if (random.Next(50) == 0)
                new Span<long>(block.Pointer, StreamBlock.Words).Clear();
            int segment = random.Next(3) == 0 ? random.Next(1, 1500) : 0;
            AnalysisSettings settings = Settings[random.Next(Settings.Length)];
            var arrival = new Arrival((UInt128)random.Next(7), (ushort)random.Next(3), random.NextInt64(20_000_000_000));
            PayloadAnalyser.Analyse(block.Pointer, in settings, edge.Put(payload), payload.Length, segment, in arrival);
            if (random.Next(100) == 0)
                _ = StreamReport.Read(new ReadOnlySpan<long>(block.Pointer, StreamBlock.Words));
        });
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public unsafe void Report_should_be_made_of_any_memory() => Fuzzing.Run(output, 20_000, random =>
    {
        byte[] bytes = new byte[StreamBlock.Words * sizeof(long)];
        random.NextBytes(bytes);
        long[] words = MemoryMarshal.Cast<byte, long>(bytes).ToArray();
        for (int i = 0; i < 100; i++)
            words[random.Next(words.Length)] = new[] { 0, 1, -1, long.MinValue, long.MaxValue, 1L << random.Next(63) }[random.Next(6)];
        StreamReport report = StreamReport.Read(words);
        Assert.True(report.Flows.Length <= StreamBlock.FlowCapacity && report.Pids.Length <= StreamBlock.PidCapacity);
        _ = Mcr.Actors.Control.StreamViews.Entry(new Mcr.Actors.Messages.StreamView(report, 1, System.Collections.Immutable.ImmutableDictionary<int, double>.Empty));
        _ = report.Plus(report);
    });

    [Fact]
    [Trait("kind", "fuzz")]
    public unsafe void Trace_should_be_read_from_any_memory()
    {
        using var ring = new PinnedWords(TraceLayout.Words);
        long* words = ring.Pointer;
        long found = 0;
        Fuzzing.Run(output, 20_000, random =>
        {
            for (int i = 0; i < 20; i++)
            {
                long record = random.Next(TraceLayout.Records);
                long* at = words + TraceLayout.HeaderWords + (record * TraceLayout.RecordSize / sizeof(long));
                at[random.Next(20)] = random.NextInt64(long.MinValue, long.MaxValue);
                at[9] = random.Next(4) == 0 ? random.NextInt64() : record;
            }

            words[TraceLayout.SessionWord] = 1;
            words[TraceLayout.HeadWord] = random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(5_000);
            long from = random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(5_000);
            TraceBatch batch = TraceReader.Read(words, 1, from, random.Next(300));
            found += batch.Datagrams.Length;
            Assert.All(batch.Datagrams, d => Assert.True(d.Length is >= 0 and <= ushort.MaxValue && d.Payload.Length <= Math.Min(d.Length, TraceLayout.MaxSnap) && d.Outcomes.Length <= 64));
        });
        Assert.True(found > 1_000);
    }

    /// <summary>Memory that ends where a payload does: a file ends there, and the page behind it is there in name only (SIGBUS).</summary>
    private sealed unsafe class Edge : IDisposable
    {
        private const int Page = 4096;
        private const int Pages = 4;

        private readonly FileDescriptor _file = MemoryFile.Create("edge");
        private readonly byte* _memory;

        public Edge()
        {
            SysResult.From(Libc.ftruncate(_file.Raw, Pages * Page)).OrThrow("size of the edge");
            void* address = Libc.mmap(null, (Pages + 1) * Page, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, _file.Raw, 0);
            Assert.NotEqual(-1, (nint)address);
            _memory = (byte*)address;
        }

        public byte* Put(byte[] payload)
        {
            byte* start = _memory + (Pages * Page) - payload.Length;
            payload.CopyTo(new Span<byte>(start, payload.Length));
            return start;
        }

        public void Dispose()
        {
            _ = Libc.munmap(_memory, (Pages + 1) * Page);
            _file.Dispose();
        }
    }
}
