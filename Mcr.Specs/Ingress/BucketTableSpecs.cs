using System.Buffers.Binary;
using System.Collections.Immutable;
using CsCheck;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Specs.Ingress;

/// <summary>Which seat serves which flows, and the program that says so to the kernel.</summary>
public sealed class BucketTableSpecs
{
    private static readonly Gen<int[]> SeatNumbers = Gen.Int[1, 64].Array[1, 12];

    [Fact]
    public void Any_changes_should_keep_the_seats_even_and_move_no_bucket_without_need() =>
        SeatNumbers.Sample(numbers =>
        {
            BucketTable table = BucketTable.One;
            foreach (int seats in numbers)
            {
                BucketTable next = table.Rebalance(seats, out ImmutableArray<BucketMove> moves);
                int[] before = Owned(table);
                int[] after = Owned(next);
                Assert.Equal(seats, next.Seats);
                Assert.InRange(after[..seats].Max() - after[..seats].Min(), 0, 1);
                Assert.Empty(moves.Select(m => m.From).Intersect(moves.Select(m => m.To)));

                // As few as there can be: what the seats that go had, or what the new ones must get.
                Assert.Equal(Enumerable.Range(0, BucketTable.Buckets).Count(b => table.SeatOf[b] != next.SeatOf[b]), moves.Length);
                int most = BucketTable.Buckets / seats + (BucketTable.Buckets % seats > 0 ? 1 : 0);
                int fewest = seats >= table.Seats ? before[..table.Seats].Sum(n => Math.Max(0, n - most)) : before[seats..].Sum();
                Assert.InRange(moves.Length, fewest, fewest + Math.Min(seats, table.Seats));
                Assert.All(moves, m => Assert.Equal((m.From, m.To), (table.SeatOf[m.Bucket], next.SeatOf[m.Bucket])));
                Assert.Equal(moves.Select(m => m.To).Distinct().Order(), table.Takers(next).Order());
                table = next;
            }
        });

    [Fact]
    public void The_program_should_find_the_seat_of_any_frame_s_bucket_in_any_table() =>
        Gen.Select(SeatNumbers, Gen.Byte.Array[60], Gen.Bool).Sample((numbers, packet, six) =>
        {
            BucketTable table = BucketTable.One;
            foreach (int seats in numbers)
                table = table.Rebalance(seats, out _);
            packet[0] = six ? (byte)0x60 : (byte)0x45;
            Libc.sock_filter[] program = FanoutProgram.Of(table);
            Assert.InRange(program.Length, 1, 4096); // BPF_MAXINSNS

            Assert.Equal(table.SeatOf[Bucket(packet, six)], Run(program, packet));
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(256)]
    public void Neighbouring_groups_of_one_sender_should_spread_evenly(uint apart)
    {
        BucketTable table = BucketTable.One.Rebalance(4, out _);
        Libc.sock_filter[] program = FanoutProgram.Of(table);
        byte[] packet = new byte[60];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), 0x0A010001);
        int[] got = new int[4];
        for (uint i = 0; i < 1000; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), 0xEF010100 + (i * apart));
            got[Run(program, packet)]++;
        }

        Assert.All(got, n => Assert.InRange(n, 188, 312)); // 25 %
    }

    private static int[] Owned(BucketTable table)
    {
        int[] owned = new int[BucketTable.Buckets];
        foreach (byte seat in table.SeatOf)
            owned[seat]++;
        return owned;
    }

    private static int Bucket(byte[] packet, bool six)
    {
        uint source = 0;
        uint destination = 0;
        for (int i = 0; i < (six ? 4 : 1); i++)
        {
            source ^= Word(packet, (six ? 8 : 12) + (4 * i));
            destination ^= Word(packet, (six ? 24 : 16) + (4 * i));
        }

        uint mixed = destination * FanoutProgram.Multiplier;
        return (int)(((mixed ^ (mixed >> FanoutProgram.MixShift) ^ source) * FanoutProgram.Multiplier) >> 24);
    }

    private static uint Word(byte[] packet, int at) => BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(at));

    private static uint Run(Libc.sock_filter[] program, byte[] packet) =>
        BpfMachine.Run(program, (size, offset) => size == Libc.BPF_B ? packet[offset] : Word(packet, (int)offset));
}
