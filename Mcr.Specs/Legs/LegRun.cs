using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

/// <summary>One random history of a leg.</summary>
internal sealed unsafe class LegRun(Random random) : IDisposable
{
    private const long Start = 1_800_000_000_000_000_000;

    private readonly LegProbe _probe = new();
    private readonly List<SentDatagram> _sent = [];
    private readonly List<byte[]> _underWay = [];
    private readonly HashSet<string> _good = [];
    private readonly HashSet<string> _allSent = [];
    private LegSender _sender;
    private ushort _life = 1;
    private ushort _key = 1;
    private ushort[] _receiverKeys = [1];
    private long _now = Start;
    private long _taken;

    public LegModel Model { get; } = new();

    public void Step()
    {
        _now += random.Next(8) == 0 ? random.NextInt64(3_000_000_000) : random.NextInt64(2_000_000);
        switch (random.Next(100))
        {
            case < 40:
                Send(isLost: random.Next(10) == 0);
                break;
            case < 70 when _underWay.Count > 0: // mostly in order
                int next = random.Next(4) == 0 ? random.Next(_underWay.Count) : 0;
                Take(_underWay[next]);
                if (random.Next(10) != 0) // else it comes again
                    _underWay.RemoveAt(next);
                break;
            case < 78 when _sent.Count > 0:
                Take(_sent[random.Next(_sent.Count)].Bytes);
                break;
            case < 88 when _sent.Count > 0:
                Take(Alter(_sent[random.Next(_sent.Count)].Bytes));
                break;
            case < 90:
                for (int i = random.Next(random.Next(3) == 0 ? 5_000 : 90); i > 0; i--)
                    Send(isLost: true, isKept: i == 1);
                break;
            case < 92:
                _life += (ushort)random.Next(1, 3);
                break;
            case < 94: // the receiver knows a key before the sender uses it
                ushort number = (ushort)(_receiverKeys[0] + 1);
                _receiverKeys = [number, _receiverKeys[0]];
                break;
            case < 96:
                _key = _receiverKeys[0];
                break;
            case < 97:
                _probe.Receiver->Use(LegProbe.Leg, _probe.Histogram); // another worker
                break;
            case < 98:
                byte[] noise = new byte[random.Next(120)];
                random.NextBytes(noise);
                Take(noise);
                break;
        }
    }

    public void CheckCounts()
    {
        LegReceiver* receiver = _probe.Receiver;
        Assert.Equal(Model.Counts, _probe.Counts);
        Assert.Equal(_taken, _probe.Counts.Sum());
        Assert.Equal(_good.Count, receiver->Count(LegOutcome.Good));
        Assert.Equal(
            (Model.Lost, Model.Gaps, Model.LongestGap, Model.Reordered, Model.Restarts, Model.Bytes),
            (receiver->Lost, receiver->Gaps, receiver->LongestGap, receiver->Reordered, receiver->Restarts, receiver->Bytes));
        Assert.Equal(Model.Histogram(), _probe.Latencies);
        List<LegLatencyWindow> windows = Model.Windows();
        Assert.Equal(windows.LastOrDefault(), receiver->Latency.Current);
        Assert.Equal(windows.SkipLast(1).LastOrDefault(), receiver->Latency.Last);
    }

    public void Dispose() => _probe.Dispose();

    /// <param name="isKept">Remembered by who replays.</param>
    private void Send(bool isLost, bool isKept = true)
    {
        byte[] payload = new byte[random.Next(30)];
        random.NextBytes(payload);
        byte[] header = new byte[LegHeader.Size];
        _sender.Use(LegProbe.Leg, _life);
        long sequence = _sender.Next;
        long sentAt = _now - random.NextInt64(-1_000_000, 50_000_000); // clocks differ
        Assert.True(_sender.TryWrite(header, payload, sentAt, LegProbe.KeysOf(_key)));
        if (!isKept)
            return;
        var datagram = new SentDatagram([.. header, .. payload], _key, _life, sequence, sentAt);
        Model.Sent(datagram);
        _sent.Add(datagram);
        Assert.True(_allSent.Add(Convert.ToHexString(datagram.Bytes)));
        if (!isLost)
            _underWay.Add(datagram.Bytes);
    }

    private void Take(byte[] bytes)
    {
        LegKeys keys = _receiverKeys.Length == 1 ? LegProbe.KeysOf(_receiverKeys[0]) : new LegKeys(_receiverKeys[0], LegProbe.KeyOf(_receiverKeys[0]), _receiverKeys[1], LegProbe.KeyOf(_receiverKeys[1]));
        LegVerdict verdict = _probe.Take(bytes, in keys, _now);
        _taken++;
        if (verdict.IsGood)
        {
            string hex = Convert.ToHexString(bytes);
            Assert.True(_allSent.Contains(hex), $"good, and never sent: {hex}");
            Assert.True(_good.Add(hex), $"good twice: {hex}");
        }

        Assert.Equal(Model.Take(bytes, _receiverKeys, _now), verdict);
    }

    private byte[] Alter(byte[] original)
    {
        byte[] bytes = [.. original];
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                return [.. bytes, (byte)random.Next(256)];
            case 2: // the key's number, which is in the open
                bytes[5] = (byte)random.Next(_receiverKeys[0] + 2);
                return bytes;
            default:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }
}
