using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

public sealed class LegSenderSpecs
{
    private const long Now = 1_800_000_000_000_000_000;

    private static readonly LegKeys Keys = LegProbe.KeysOf(7);

    private LegSender _sender;

    [Fact]
    public void Sender_should_number_from_0_and_count()
    {
        _sender.Use(LegProbe.Leg, 4);
        Assert.Equal(new LegHeader(7, 4, LegProbe.Leg, 0, Now), Write([1, 2, 3]));
        Assert.Equal(new LegHeader(7, 4, LegProbe.Leg, 1, Now), Write([]));
        Assert.Equal([2, 2, 3, Now, 7, 0], new long[] { _sender.Next, _sender.Datagrams, _sender.Bytes, _sender.LastSent, _sender.Key, _sender.Refused });
    }

    [Fact]
    public void Next_worker_should_go_on_and_a_greater_life_begin_at_0()
    {
        _sender.Use(LegProbe.Leg, 4);
        Write([1]);
        _sender.Use(LegProbe.Leg, 4);
        Assert.Equal(1, Write([1])!.Value.Sequence);
        _sender.Use(LegProbe.Leg, 3);
        Assert.Equal(new LegHeader(7, 4, LegProbe.Leg, 2, Now), Write([1]));
        _sender.Use(LegProbe.Leg, 5);
        Assert.Equal(new LegHeader(7, 5, LegProbe.Leg, 0, Now), Write([1]));
        Assert.Equal(4, _sender.Datagrams);
        _sender.Use(LegProbe.Leg + 1, 0);
        Assert.Equal(new LegHeader(7, 0, LegProbe.Leg + 1, 0, Now), Write([1]));
        Assert.Equal(1, _sender.Datagrams);
    }

    [Fact]
    public void Nothing_should_be_written_without_key_room_or_leg()
    {
        byte[] room = new byte[LegHeader.Size];
        Assert.False(_sender.TryWrite(room, [1], Now, in Keys));
        _sender.Use(LegProbe.Leg, 1);
        Assert.False(_sender.TryWrite(room, [1], Now, default));
        Assert.False(_sender.TryWrite(room.AsSpan(1), [1], Now, in Keys));
        Assert.All(room, b => Assert.Equal(0, b));
        Assert.Equal([2, 0, 0], new long[] { _sender.Refused, _sender.Next, _sender.Datagrams });
        _sender = default; // of no leg
        Assert.False(_sender.TryWrite(room, [1], Now, in Keys));
    }

    private LegHeader? Write(byte[] payload)
    {
        byte[] room = new byte[LegHeader.Size];
        Assert.True(_sender.TryWrite(room, payload, Now, in Keys));
        Assert.True(LegHeader.IsAuthentic([.. room, .. payload], LegProbe.KeyOf(7)));
        return LegHeader.TryRead(room, out LegHeader header, out _) ? header : null;
    }
}
