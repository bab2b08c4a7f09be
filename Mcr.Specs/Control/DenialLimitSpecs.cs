using Mcr.Actors.Control;

namespace Mcr.Specs.Control;

/// <summary>How often who may not change anything may try to.</summary>
public sealed class DenialLimitSpecs
{
    private DenialLimit _limit = new();

    [Fact]
    public void What_is_too_much_in_a_while_should_end_connections_and_be_counted_and_others_not_be_held_up()
    {
        for (int i = 0; i < DenialLimit.Most; i++)
            Assert.Equal(new Denial(IsTooMany: false, IsNoted: true, 0), Denied(1000, i));
        Assert.Equal(new Denial(IsTooMany: true, IsNoted: true, 0), Denied(1000, 9));
        for (int i = 0; i < 500; i++)
            Assert.Equal(new Denial(IsTooMany: true, IsNoted: false, 0), Denied(1000, 9.5));
        Assert.Equal(new Denial(IsTooMany: false, IsNoted: true, 0), Denied(1001, 9.5));
        Assert.Equal(new Denial(IsTooMany: false, IsNoted: true, 500), Denied(1000, 10)); // the while is over
        Assert.Equal(new Denial(IsTooMany: false, IsNoted: true, 0), Denied(1000, 19));
    }

    [Fact]
    public void What_comes_now_and_then_should_never_be_too_much()
    {
        for (int i = 0; i < 100; i++)
            Assert.False(Denied(1000, i * 1.0).IsTooMany);
    }

    [Fact]
    public void Many_users_should_not_make_it_grow_and_one_of_them_be_held_up_all_the_same()
    {
        for (uint uid = 0; uid < 10_000; uid++)
            Denied(uid, uid / 10_000.0);
        for (int i = 0; i < DenialLimit.Most; i++)
            Denied(99_999, 2);
        Assert.True(Denied(99_999, 2).IsTooMany);
        Assert.False(Denied(0, 2).IsTooMany);
    }

    private Denial Denied(uint uid, double seconds)
    {
        (_limit, Denial denial) = _limit.Denied($"someone ({uid})", TimeSpan.FromSeconds(seconds));
        return denial;
    }
}
