using CsCheck;
using Mcr.Host.Mcrgen;

namespace Mcr.Specs.Generator;

public sealed class PacerSpecs
{
    /// <summary>However late each sleep ends, no datagram goes before its time, and at the end none is owed.</summary>
    [Fact]
    public void The_average_should_be_exact_whatever_the_sleeps_do()
    {
        Gen.Select(Gen.Double[10, 100_000], Gen.Int[1, 64], Gen.Double[0, 1e-4].Array[200]).Sample((rate, batch, lateness) =>
        {
            var pacer = new Pacer(rate, batch);
            double now = 0;
            long sent = 0;
            foreach (double late in lateness)
            {
                int due = pacer.Due(now);
                Assert.InRange(due, 0, batch);
                sent += due;
                Assert.True(sent <= now * rate + 1.001, $"{sent} were sent after {now} s at {rate}/s");
                if (due > 0)
                    pacer.Sent(due, now);
                now += pacer.Wait(now) + late / rate;
            }

            // Each sleep was late by less than a datagram's time, so at most the one being waited for is owed.
            Assert.InRange(now * rate - sent, -1.001, 1.001);
        });
    }

    [Fact]
    public void One_that_was_stopped_for_a_second_should_catch_up_at_twice_the_rate()
    {
        var pacer = new Pacer(1000, 32);
        double now = 1;
        long sent = 0;
        while (now < 1.5)
        {
            int due = pacer.Due(now);
            sent += due;
            if (due > 0)
                pacer.Sent(due, now);
            now += Math.Max(pacer.Wait(now), 1e-6);
        }

        Assert.InRange(sent, 968, 1032);
    }

    [Fact]
    public void A_run_sent_ahead_should_be_waited_for()
    {
        var pacer = new Pacer(100, 45);
        pacer.Sent(45, 0);

        Assert.Equal((0, 0.44), (pacer.Due(0.44), Math.Round(pacer.Wait(0.01), 6)));
        Assert.Equal(1, pacer.Due(0.4501));
    }

    [Fact]
    public void Rate_0_should_never_wait()
    {
        var pacer = new Pacer(0, 32);
        pacer.Sent(32, 0);

        Assert.Equal((32, 0.0), (pacer.Due(0), pacer.Wait(0)));
    }
}
