using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

/// <summary>As in the loop: nothing per datagram, whatever it is.</summary>
public sealed class LegAllocationSpecs
{
    private const int Calls = 1_000_000;

    private static object? s_last; // where the planted allocation goes

    [Fact]
    public void Legs_should_allocate_nothing_in_a_million_datagrams() => Assert.Equal(0, Measure(Calls, allocating: false));

    [Fact]
    public void Measurement_should_see_one_small_allocation_in_each_call() => Assert.True(Measure(1_000, allocating: true) >= 1_000 * 24L);

    private static unsafe long Measure(int calls, bool allocating)
    {
        using var probe = new LegProbe();
        LegKeys keys = LegProbe.KeysOf(7);
        LegSender sender = default;
        byte[] datagram = new byte[LegHeader.Size + 60];
        long now = 1_800_000_000_000_000_000;
        Exchange(100); // compiled by now
        // Once more if there was some: a collection that others cause may put the rest of our piece of the heap to our account. What is allocated here is there each time.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 3 && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exchange(calls);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;

        void Exchange(int count)
        {
            for (int i = 0; i < count; i++, now += 20_000)
            {
                sender.Use(LegProbe.Leg, (ushort)(i >> 16));
                _ = sender.TryWrite(datagram, datagram.AsSpan(LegHeader.Size), now - 1_000_000, in keys);
                datagram[i % 8 == 0 ? i % 48 : 40] ^= (byte)(i % 3); // some of them are altered
                _ = probe.Take(datagram, in keys, now);
                _ = probe.Take(datagram.AsSpan(0, i % datagram.Length), in keys, now);
                if (allocating)
                    s_last = new object();
            }
        }
    }
}
