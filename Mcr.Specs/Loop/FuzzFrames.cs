using Mcr.Native.Interop;

namespace Mcr.Specs.Loop;

/// <summary>A frame and what the kernel says about it.</summary>
internal readonly record struct FuzzFrame(byte[] Bytes, int GsoSize = 0, bool Trusted = false, byte Type = Libc.PACKET_MULTICAST, ushort Vlan = 0);

/// <summary>
/// Frames of every kind the kernel can hand us, right ones and damaged ones. The fragments of a datagram come mixed with those of others,
/// in any order, some of them twice, some never, some with something wrong.
/// </summary>
internal sealed class FuzzFrames(int linkHeader)
{
    private const int MaxWaiting = 120;

    private readonly List<byte[]> _fragments = [];
    private uint _id;

    public FuzzFrame Next(Random random)
    {
        bool fragment = _fragments.Count > random.Next(MaxWaiting);
        FuzzFrame frame = fragment ? TakeFragment(random) : Fresh(random);
        byte[] bytes = frame.Bytes[(14 - linkHeader)..];
        if (random.Next(5) == 0)
            bytes = Mutations.Mutate(random, bytes);
        if (linkHeader == 14 && random.Next(8) == 0 && bytes.Length > 14 && bytes[14] >> 4 == 4)
            bytes = bytes.WithRightChecksums(udp: random.Next(2) == 0);
        return frame with { Bytes = bytes };
    }

    private FuzzFrame TakeFragment(Random random)
    {
        int at = random.Next(_fragments.Count);
        byte[] bytes = _fragments[at];
        if (random.Next(20) != 0) // else it comes again
            _fragments.RemoveAt(at);
        return new FuzzFrame(bytes, Trusted: random.Next(3) == 0);
    }

    private FuzzFrame Fresh(Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                return new FuzzFrame(Datagram(random, random.Next(600)), GsoSize: 1 + random.Next(700), Trusted: true);
            case 1:
                return new FuzzFrame(Datagram(random, random.Next(40), random.Next(2) == 0 ? "10.0.0.2" : "10.9.9.9"), Type: (byte)random.Next(5));
            case 2:
                return new FuzzFrame(Datagram(random, random.Next(40)), Type: (byte)random.Next(5), Vlan: (ushort)(random.Next(2) * random.Next(4096)), GsoSize: random.Next(2) * random.Next(30));
            case 3:
                byte[] noise = new byte[random.Next(100)];
                random.NextBytes(noise);
                return new FuzzFrame([.. new byte[14], .. noise]);
            case 4:
                return new FuzzFrame(Datagram(random, random.Next(60)).WithPadding(new byte[random.Next(30)]), Trusted: random.Next(2) == 0);
            case >= 5 and <= 8 when _fragments.Count < MaxWaiting:
                Cut(random);
                return TakeFragment(random);
            default:
                return new FuzzFrame(Datagram(random, random.Next(200)));
        }
    }

    private byte[] Datagram(Random random, int length, string? to = null)
    {
        byte[] payload = new byte[length];
        random.NextBytes(payload);
        int port = random.Next(20) == 0 ? 5001 : 5000;
        if (to is null && random.Next(2) == 0)
        {
            (byte, byte[])[] headers = [.. Enumerable.Range(0, random.Next(3) == 0 ? 1 + random.Next(4) : 0).Select(i => random.Next(4) switch
            {
                0 => Ipv6Frames.Options((byte)(i == 0 ? 0 : 60)),
                1 => Ipv6Frames.Routing((byte)(random.Next(8) == 0 ? 1 : 0)),
                2 => Ipv6Frames.Fragment(0, more: false, _id++),
                _ => Ipv6Frames.Options(60, 1 + random.Next(3)),
            })];
            return Ipv6Frames.Udp("2001:db8::1", random.Next(20) == 0 ? "ff3e::9" : "ff3e::1", (ushort)port, payload, (byte)random.Next(256), headers);
        }

        byte[] frame = Frames.Udp("10.0.0.1", to ?? "239.1.1.1", (ushort)port, payload, (byte)random.Next(256), withChecksum: random.Next(8) != 0);
        return random.Next(6) == 0 ? frame.WithOptions(new byte[4 * random.Next(11)]) : frame;
    }

    private void Cut(Random random)
    {
        byte[] frame = Datagram(random, random.Next(500));
        uint id = ++_id;
        byte[][] pieces = FragmentFrames.Split(frame, id, 8 * (1 + random.Next(random.Next(2) == 0 ? 4 : 30)));
        foreach (byte[] piece in pieces)
        {
            if (random.Next(60) != 0)
                _fragments.Add(piece);
        }

        if (random.Next(10) == 0)
            _fragments.Add(FragmentFrames.Piece(frame, id, 8 * random.Next(70), 8 * random.Next(20), random.Next(2) == 0));
        if (random.Next(200) == 0)
            _fragments.Add(FragmentFrames.Piece(frame, id, 65_528 - (8 * random.Next(4)), random.Next(16), random.Next(2) == 0));
        if (_fragments.Count == 0)
            _fragments.Add(frame);
    }
}
