using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>Continuity of MPEG-TS (ISO/IEC 13818-1, 2.4.3.3).</summary>
public sealed class TransportStreamSpecs(ITestOutputHelper output)
{
    private const int Pid = 256;
    private const int NullPid = 0x1FFF;

    private static byte[] P(int counter, bool start = false) => MediaPayloads.Ts(Pid, counter, start: start);

    private static byte[] A(int counter, bool discontinuity = false) => MediaPayloads.Ts(Pid, counter, payload: false, adaptation: true, discontinuity: discontinuity);

    private static byte[] Both(int counter, bool discontinuity = false) => MediaPayloads.Ts(Pid, counter, adaptation: true, discontinuity: discontinuity);

    public static TheoryData<string, int, byte[][]> Cases => new()
    {
        { "in order, around", 0, [P(14), P(15), P(0), P(1)] },
        { "the first may be any", 0, [P(9)] },
        { "one is missing", 1, [P(1), P(3), P(4)] },
        { "fifteen are missing: it looks like one that came twice", 0, [P(1), P(1)] },
        { "comes twice", 0, [P(1), P(2), P(2), P(3)] },
        { "comes three times", 1, [P(1), P(2), P(2), P(2), P(3)] },
        { "each comes twice", 0, [P(1), P(1), P(2), P(2), P(3), P(3)] },
        { "backwards", 1, [P(5), P(4)] },
        { "adaptation field only: the counter stands still", 0, [P(1), A(1), A(1), P(2)] },
        { "adaptation field only, and the counter moves", 1, [P(1), A(2), P(3)] },
        { "twice with an adaptation field between them", 0, [P(1), A(1), P(1), P(2)] },
        { "three times, adaptation fields between them", 1, [P(1), P(1), A(1), P(1), P(2)] },
        { "adaptation field and payload", 0, [P(1), Both(2), P(3)] },
        { "announced", 0, [P(1), Both(9, discontinuity: true), P(10)] },
        { "announced without a payload", 0, [P(1), A(9, discontinuity: true), P(10)] },
        { "announced once, and again without", 1, [P(1), Both(9, discontinuity: true), P(12)] },
        { "start and priority say nothing", 0, [P(1), P(2, start: true), P(3)] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Counter_should_go_on_as_the_standard_says(string what, int errors, byte[][] packets)
    {
        output.WriteLine(what);
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        foreach (byte[] packet in packets)
            probe.Take(packet);
        Assert.Equal((packets.Length, errors), (probe.Report.Packets, probe.Report.ContinuityErrors));
        PidReport pid = Assert.Single(probe.Report.Pids);
        Assert.Equal(new PidReport(Pid, packets.Length, errors), pid);
        using var together = new StreamProbe(AnalysisSettings.TransportStream);
        together.Take([.. packets.SelectMany(p => p)]);
        Assert.Equal(probe.Words, together.Words);
    }

    [Fact]
    public void Null_packets_should_be_counted_and_never_be_an_error()
    {
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        foreach (int counter in new[] { 0, 0, 7, 3, 3, 3 })
            probe.Take(MediaPayloads.Ts(NullPid, counter));
        Assert.Equal([new PidReport(NullPid, 6, 0)], probe.Report.Pids);
    }

    [Fact]
    public void Packet_with_its_error_indicator_set_should_be_counted_and_say_nothing_else()
    {
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        probe.Take([.. P(1), .. MediaPayloads.Ts(Pid, 9, error: true), .. P(2)]);
        Assert.Equal((3, 0, 1), (probe.Report.Packets, probe.Report.ContinuityErrors, probe.Report.TransportErrors));
        Assert.Equal([new PidReport(Pid, 2, 0)], probe.Report.Pids);
    }

    [Fact]
    public void Packet_without_its_sync_byte_should_be_counted_and_what_is_missing_then_too()
    {
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        probe.Take([.. P(1), .. MediaPayloads.Ts(Pid, 2, sync: 0x46), .. P(3)]);
        Assert.Equal((3, 1, 1), (probe.Report.Packets, probe.Report.ContinuityErrors, probe.Report.SyncErrors));
    }

    [Fact]
    public void Packets_beyond_64_PIDs_should_be_counted_together()
    {
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        for (int round = 0; round < 3; round++)
        {
            for (int pid = 0; pid < 70; pid++)
                probe.Take(MediaPayloads.Ts(pid * 64, round)); // all in one place, if they could
        }

        Assert.Equal(Enumerable.Range(0, 64).Select(i => new PidReport(i * 64, 3, 0)), probe.Report.Pids);
        Assert.Equal((210, 18, 0), (probe.Report.Packets, probe.Report.OtherPids, probe.Report.ContinuityErrors));
    }

    [Fact]
    public void Packets_that_another_worker_had_meanwhile_should_not_be_missed()
    {
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        probe.Take([.. P(1), .. P(2)]);
        TakeOver(probe);
        probe.Take([.. P(9), .. P(10), .. P(12)]);
        Assert.Equal((5, 1), (probe.Report.Packets, probe.Report.ContinuityErrors));
    }

    [Theory]
    [InlineData(187, false)]
    [InlineData(188, true)]
    [InlineData(189, false)]
    [InlineData(188 * 7, true)]
    public void Whole_packets_only_should_be_recognised(int length, bool isRecognised)
    {
        using var probe = new StreamProbe(AnalysisSettings.Auto);
        probe.Take(MediaPayloads.Seven(Pid, 0).Concat(new byte[10]).Take(length).ToArray());
        Assert.Equal(isRecognised ? (PayloadKinds.TransportStream, 0) : (PayloadKinds.None, 1), (probe.Report.Seen, probe.Report.Opaque));
    }

    /// <summary>Runs that go on as expected are counted in one go; here against one that takes each packet for itself.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public void Any_stream_should_be_counted_as_by_a_plain_reader() => Fuzzing.Run(output, 3_000, random =>
    {
        using var probe = new StreamProbe(AnalysisSettings.TransportStream);
        var model = new PlainReader();
        var counters = new Dictionary<int, int>();
        for (int datagram = random.Next(1, 30); datagram > 0; datagram--)
        {
            byte[][] packets = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Packet(random, counters))];
            foreach (byte[] packet in packets)
                model.Take(packet);
            probe.Take([.. packets.SelectMany(p => p), .. new byte[random.Next(3) == 0 ? random.Next(188) : 0]]);
        }

        Assert.Equal(model.Pids.Where(p => p.Value.Packets > 0).OrderBy(p => p.Key).Select(p => new PidReport(p.Key, p.Value.Packets, p.Value.Errors)), probe.Report.Pids);
        Assert.Equal((model.Pids.Values.Sum(p => p.Errors), model.SyncErrors, model.TransportErrors), (probe.Report.ContinuityErrors, probe.Report.SyncErrors, probe.Report.TransportErrors));
    });

    private static unsafe void TakeOver(StreamProbe probe) => PayloadAnalyser.TakeOver(probe.Block, 1);

    /// <summary>Mostly the next one of some PID.</summary>
    private static byte[] Packet(Random random, Dictionary<int, int> counters)
    {
        int pid = random.Next(12) == 0 ? NullPid : 100 + random.Next(3);
        bool payload = random.Next(10) > 0;
        int counter = counters.GetValueOrDefault(pid) + (payload ? 1 : 0);
        if (random.Next(12) == 0)
            counter = random.Next(16);
        if (payload && random.Next(12) == 0)
            counter = counters.GetValueOrDefault(pid); // once more
        counters[pid] = counter;
        bool adaptation = !payload || random.Next(6) == 0;
        byte[] packet = MediaPayloads.Ts(pid, counter, payload, adaptation, discontinuity: random.Next(3) == 0, error: random.Next(40) == 0, start: random.Next(4) == 0, sync: (byte)(random.Next(40) == 0 ? 0 : 0x47));
        packet[3] |= (byte)(random.Next(20) == 0 ? 0x40 : 0); // scrambled
        if (adaptation && random.Next(8) == 0)
            packet[4] = 0; // an adaptation field of one byte of stuffing, which says nothing
        return packet;
    }

    private sealed class PlainReader
    {
        public Dictionary<int, (int Last, bool CameTwice, int Packets, int Errors)> Pids { get; } = [];

        public int SyncErrors { get; private set; }

        public int TransportErrors { get; private set; }

        public void Take(byte[] packet)
        {
            if (packet[0] != 0x47)
            {
                SyncErrors++;
                return;
            }

            if (packet[1] >= 0x80)
            {
                TransportErrors++;
                return;
            }

            int pid = ((packet[1] & 0x1F) << 8) | packet[2];
            int counter = packet[3] & 15;
            bool payload = (packet[3] & 0x10) != 0;
            bool announced = (packet[3] & 0x20) != 0 && packet[4] > 0 && (packet[5] & 0x80) != 0;
            (int last, bool cameTwice, int packets, int errors) = Pids.GetValueOrDefault(pid);
            if (pid != NullPid && packets > 0)
            {
                bool isNext = counter == (last + 1) % 16;
                bool isSame = counter == last;
                if (announced)
                    cameTwice = false;
                else if (payload && isSame && !cameTwice)
                    cameTwice = true;
                else if (payload && isNext)
                    cameTwice = false;
                else if (payload || !isSame)
                    (cameTwice, errors) = (false, errors + 1);
            }

            Pids[pid] = (counter, cameTwice, packets + 1, errors);
        }
    }
}
