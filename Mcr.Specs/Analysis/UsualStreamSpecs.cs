using Mcr.Native.Analysis;

namespace Mcr.Specs.Analysis;

/// <summary>What goes on as expected is counted on a shorter way than all else: what is counted must be the same.</summary>
public sealed class UsualStreamSpecs
{
    private const byte Padding = 0x20; // of the first byte of RTP: the content is the same, and nothing takes the shorter way
    private const int Packet = TransportStreamAnalyser.PacketSize;

    [Theory]
    [InlineData("auto")]
    [InlineData("rtp")]
    [InlineData("rtp clock-rate=48000")]
    public void Rtp_should_be_counted_the_same_on_the_shorter_way(string analyse)
    {
        AnalysisSettings settings = AnalysisText.Parse(analyse, out _)!.Value;
        for (int seed = 0; seed < 200; seed++)
        {
            using var usual = new StreamProbe(settings);
            using var longer = new StreamProbe(settings);
            var stream = new Stream(seed);
            long arrival = 1;
            for (int run = 0; run < 60; run++)
            {
                arrival += stream.Random.Next(3_000_000);
                long at = stream.Random.Next(50) == 0 ? 0 : arrival;
                byte[][] datagrams = stream.Next(stream.Random.Next(4) == 0 ? stream.Random.Next(2, 100) : 1);
                ushort port = (ushort)(stream.Random.Next(10) == 0 ? 40_001 : 40_000);
                int segment = datagrams.Length > 1 ? datagrams[0].Length : 0;
                usual.Take([.. datagrams.SelectMany(d => d)], segment, port: port, at: at);
                foreach (byte[] datagram in datagrams)
                    datagram[0] |= Padding;
                longer.Take([.. datagrams.SelectMany(d => d)], segment, port: port, at: at);
                Assert.True(longer.Words.SequenceEqual(usual.Words), $"seed {seed}, run {run} of {datagrams.Length}");
            }

            Assert.True(usual.Report.Seen.HasFlag(PayloadKinds.Rtp | PayloadKinds.TransportStream));
        }
    }

    [Fact]
    public void Packets_should_be_counted_together_as_one_by_one()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            using var together = new StreamProbe(AnalysisSettings.TransportStream);
            using var single = new StreamProbe(AnalysisSettings.TransportStream);
            var stream = new Stream(seed);
            for (int datagram = 0; datagram < 100; datagram++)
            {
                byte[] packets = stream.Packets(7);
                together.Take(packets);
                foreach (byte[] packet in packets.Chunk(Packet))
                    single.Take(packet);
                Assert.True(single.Words.SequenceEqual(together.Words), $"seed {seed}, datagram {datagram}");
            }
        }
    }

    /// <summary>A stream in which something is amiss now and then, and one thing at a time.</summary>
    private sealed class Stream(int seed)
    {
        private readonly int[] _counters = new int[3];
        private int _number = 65_500;
        private uint _stamp = uint.MaxValue - 5_000;
        private uint _ssrc = 0x1020304;
        private int _type = 33;

        public Random Random { get; } = new(seed);

        /// <summary>Datagrams of one length.</summary>
        public byte[][] Next(int count)
        {
            int packets = Random.Next(5) == 0 ? Random.Next(1, 9) : 7;
            return [.. Enumerable.Range(0, count).Select(_ => Datagram(packets))];
        }

        /// <summary>Now and then all of them are marked as broken, or begin with what is no sync byte.</summary>
        public byte[] Packets(int count)
        {
            byte[] packets = [.. Enumerable.Range(0, count).SelectMany(_ => Pid(Rarely ? Random.Next(3) : 0))];
            (int at, byte bit) = Random.Next(20) switch { 0 => (1, (byte)0x80), 1 => (0, (byte)0x08), _ => (0, (byte)0) };
            for (int i = 0; i < count; i++)
                packets[(i * Packet) + at] ^= bit;
            return packets;
        }

        private bool Rarely => Random.Next(60) == 0;

        private byte[] Datagram(int packets)
        {
            _number += Rarely ? Random.Next(-4, 5) : 1;
            _stamp += Rarely ? (uint)Random.Next() : 300;
            if (Random.Next(400) == 0)
                _ssrc++;
            if (Random.Next(400) == 0)
                _type = 33 + Random.Next(2);
            byte[] datagram = MediaPayloads.Rtp(_number, _stamp, Packets(packets), _ssrc, _type);
            if (Rarely)
                datagram[1] |= 0x80; // the marker
            return datagram;
        }

        private byte[] Pid(int which)
        {
            _counters[which] += Rarely ? Random.Next(0, 4) : 1;
            int pid = which switch { 0 => 256, 1 => 256 + 64, _ => 0x1FFF };
            return MediaPayloads.Ts(pid, _counters[which], adaptation: Rarely, discontinuity: Rarely, error: Rarely, start: Rarely, sync: Random.Next(500) == 0 ? (byte)0x46 : (byte)0x47);
        }
    }
}
