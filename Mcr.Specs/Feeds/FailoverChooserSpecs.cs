using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

public sealed class FailoverChooserSpecs
{
    private static readonly SelectSettings s_plain = new(SelectMode.Failover, null);
    private static readonly SelectSettings s_rtp = new(SelectMode.Failover, new SelectKey(SelectKeyKind.Rtp)) { MaxLossPpm = 10_000 };

    [Fact]
    public void Whichever_comes_first_should_be_relayed_and_the_other_counted_as_astray()
    {
        using var bench = new FailoverBench(s_plain);
        Assert.Equal([1], bench.Turn(1, 1));
        Assert.Equal([1], bench.Turn(1, 0, 1));
        Assert.Equal((1, 0, 0), (bench.Current, bench.Switches, bench.Word(SelectBlock.SwitchedAt)));
        Assert.Equal((1, 0, 1), (bench.Word(0, SelectBlock.Received), bench.Word(0, SelectBlock.Won), bench.Word(0, SelectBlock.Astray)));
        Assert.Equal((2, 2, 0), (bench.Word(1, SelectBlock.Received), bench.Word(1, SelectBlock.Won), bench.Word(1, SelectBlock.Astray)));
        Assert.Equal((2, bench.Now, bench.Now), (bench.Word(SelectBlock.Merged), bench.Word(0, SelectBlock.HeardAt), bench.Word(1, SelectBlock.GoodAt)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(5_000)]
    public void Silence_for_receive_timeout_should_move_to_the_next_that_has_something(int timeout)
    {
        using var bench = new FailoverBench(s_plain with { ReceiveTimeoutMilliseconds = timeout }, 3);
        bench.Turns(50, 0, 2);
        Assert.Empty(bench.Turns(timeout, 2));
        Assert.Equal(0, bench.Current);
        Assert.Equal([2, 2, 2], bench.Turns(3, 2));
        Assert.Equal((2, 1), (bench.Current, bench.Switches));
        Assert.True(bench.Word(SelectBlock.SwitchedAt) > 1_600_000_000_000_000_000, "by the wall clock");
    }

    [Fact]
    public void Pause_that_is_shorter_should_change_nothing()
    {
        using var bench = new FailoverBench(s_plain);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal([0], bench.Turn(1, 0));
            Assert.Empty(bench.Turns(98, 1));
        }

        Assert.Equal(0, bench.Switches);
    }

    [Fact]
    public void Rate_below_the_floor_should_move_on_after_a_window_and_a_good_one_should_be_returned_to()
    {
        using var bench = new FailoverBench(s_plain with { MinRate = 500, RevertAfterMilliseconds = 2_000 });
        Assert.Equal(3_000, bench.Turns(3_000, 0, 1).Count(i => i == 0));
        bench.Turns(900, 1);
        Assert.Equal(1, bench.Current); // that was silence
        bench.Turns(4_000, 0, 1);
        Assert.Equal((0, 2), (bench.Current, bench.Switches));
        for (int i = 0; i < 250; i++)
        {
            bench.Turn(1, 0, 1);
            bench.Turns(7, 1);
        }

        Assert.Equal((1, 3), (bench.Current, bench.Switches)); // 125 a second, and never silent
        bench.Turns(2_000, 0, 1);
        Assert.Equal(1, bench.Current);
        bench.Turns(2_100, 0, 1);
        Assert.Equal((0, 4), (bench.Current, bench.Switches));
    }

    [Fact]
    public void Losses_above_the_ceiling_should_move_on_after_a_window()
    {
        using var bench = new FailoverBench(s_rtp);
        for (int i = 0; i < 20; i++)
        {
            bench.Turns(80, 0, 1);
            bench.Lose(0); // more than 1%
        }

        Assert.Equal((1, 1), (bench.Current, bench.Switches));
        Assert.Equal((19, 0), (bench.Word(0, SelectBlock.InputLost), bench.Word(1, SelectBlock.InputLost)));
    }

    [Fact]
    public void Losses_below_the_ceiling_should_only_be_counted()
    {
        using var bench = new FailoverBench(s_rtp);
        for (int i = 0; i < 50; i++)
        {
            bench.Turns(110, 0, 1);
            bench.Lose(0);
        }

        Assert.Equal((0, 0, 49), (bench.Current, bench.Switches, bench.Word(0, SelectBlock.InputLost)));
    }

    [Fact]
    public void What_an_input_has_missed_while_it_was_silent_should_not_count_against_it()
    {
        using var bench = new FailoverBench(s_rtp with { RevertAfterMilliseconds = 3_000 });
        bench.Turns(100, 0, 1);
        bench.Turns(2_000, 1);
        bench.Lose(0, 2_000);
        bench.Turns(2_999, 0, 1);
        Assert.Equal(1, bench.Current);
        bench.Turns(3, 0, 1);
        Assert.Equal((0, 2, 2_000), (bench.Current, bench.Switches, bench.Word(0, SelectBlock.InputLost)));
    }

    [Fact]
    public void Another_sender_should_be_no_loss_and_a_payload_without_a_number_should_say_nothing()
    {
        using var bench = new FailoverBench(s_rtp);
        bench.Turns(500, 0);
        bench.Source = 8;
        bench.Lose(0, 5_000);
        bench.Turns(500, 0);
        Assert.True(bench.Take(0, [1, 2, 3]));
        Assert.True(bench.Take(0, []));
        bench.Turns(2_000, 0, 1);
        Assert.Equal((0, 0, 0), (bench.Current, bench.Switches, bench.Word(0, SelectBlock.InputLost)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(5_000)]
    public void Earlier_input_should_be_returned_to_when_it_has_been_healthy_for_so_long(int after)
    {
        using var bench = new FailoverBench(s_plain with { RevertAfterMilliseconds = after });
        bench.Turns(10, 0, 1);
        bench.Turns(500, 1);
        int[] relayed = bench.Turns(after + 100, 0, 1);
        Assert.Equal([.. Enumerable.Repeat(1, after), .. Enumerable.Repeat(0, 100)], relayed);
        Assert.Equal(2, bench.Switches);
    }

    [Fact]
    public void Break_should_let_the_time_until_the_return_begin_anew()
    {
        using var bench = new FailoverBench(s_plain with { RevertAfterMilliseconds = 1_000 });
        bench.Turns(10, 0, 1);
        bench.Turns(500, 1);
        bench.Turns(900, 0, 1);
        bench.Turns(150, 1);
        Assert.Equal([1, 1], bench.Turns(999, 0, 1).Distinct().Append(bench.Current));
        bench.Turns(2, 0, 1);
        Assert.Equal(0, bench.Current);
    }

    [Fact]
    public void Nothing_should_be_returned_to_where_that_is_off()
    {
        using var bench = new FailoverBench(s_plain with { Revert = false }, 3);
        bench.Turns(10, 0, 1, 2);
        bench.Turns(500, 1, 2);
        Assert.All(bench.Turns(20_000, 0, 1, 2), i => Assert.Equal(1, i));
        bench.Turns(200, 0, 2);
        Assert.Equal((0, 2), (bench.Current, bench.Switches)); // the first healthy one, when it comes to that
    }

    [Fact]
    public void Where_nobody_is_healthy_the_one_that_is_relayed_should_go_on_and_then_whichever_comes()
    {
        using var bench = new FailoverBench(s_plain with { MinRate = 1_000_000 });
        Assert.All(bench.Turns(5_000, 0, 1), i => Assert.Equal(0, i));
        Assert.Equal(0, bench.Switches);
        bench.Turns(100, 1);
        Assert.Equal([1], bench.Turn(1, 1));
        bench.Turns(5_000, 1);
        Assert.Equal((1, 1), (bench.Current, bench.Switches));
    }

    [Fact]
    public void Loop_that_was_held_up_should_not_take_its_own_delay_for_silence()
    {
        using var bench = new FailoverBench(s_plain);
        bench.Turns(500, 0, 1);
        Assert.Empty(bench.Turn(700, taken: false, 1, 1, 1)); // of what waits, the other's is read first
        Assert.Equal([0, 0], bench.Turn(1, 1, 0, 0));
        Assert.Equal([0], bench.Turn(1, 0, 1));
        Assert.Equal(0, bench.Switches);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(3_000)]
    public void Next_worker_should_go_on_with_the_same_input_and_not_take_its_own_absence_for_silence(int absence)
    {
        using var bench = new FailoverBench(s_rtp, 3);
        bench.Turns(2_000, 1, 2);
        bench.Restart(absence, s_rtp);
        bench.Lose(1, absence);
        bench.Lose(2, absence);
        Assert.Empty(bench.Turns(5, 2));
        Assert.Equal(2_500, bench.Turns(2_500, 1, 2).Count(i => i == 1));
        Assert.Equal((1, 0, 0), (bench.Current, bench.Switches, bench.Word(1, SelectBlock.InputLost)));
    }

    [Fact]
    public void Next_worker_should_find_that_the_input_has_died_meanwhile()
    {
        using var bench = new FailoverBench(s_plain);
        bench.Turns(1_000, 0, 1);
        bench.Restart(300, s_plain);
        bench.Turns(103, 1);
        Assert.Equal((1, 1), (bench.Current, bench.Switches));
        bench.Restart(300, s_plain);
        Assert.Equal([1], bench.Turn(1, 1)); // and the next one that it is dead
    }

    [Fact]
    public void Other_settings_should_begin_anew_and_counts_go_on()
    {
        using var bench = new FailoverBench(s_plain);
        bench.Turns(10, 0, 1);
        bench.Turns(200, 1);
        bench.Restart(1, s_plain with { ReceiveTimeoutMilliseconds = 200 });
        Assert.Equal([0], bench.Turn(1, 0, 1));
        Assert.Equal((0, 1, 12), (bench.Current, bench.Switches, bench.Word(0, SelectBlock.Received) + 1));
    }
}
