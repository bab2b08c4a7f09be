using System.Net;
using Mcr.Actors.Events;
using Mcr.Actors.Messages;
using Mcr.Native.Ingress;

namespace Mcr.Specs.Events;

/// <summary>When it is an alarm that nobody asks for memberships.</summary>
public sealed class QuerierStateSpecs
{
    private static readonly MembershipQuery Query = new(IPAddress.Parse("10.0.0.1"), 3, MembershipQuery.DefaultPatience);

    private QuerierState _state = new("eth0", IsIPv6: false, TimeSpan.Zero, DateTimeOffset.UnixEpoch);
    private int _second;

    [Fact]
    public void Nobody_who_asks_should_be_said_once_after_260_seconds_with_what_to_do()
    {
        Assert.Empty(Run(260));
        RelayEvent raised = Assert.Single(Run(3600));
        Assert.Equal((EventSeverity.Warning, EventKind.AlarmRaised, "eth0"), (raised.Severity, raised.Kind, raised.Interface));
        Assert.Equal(("querier", "ipv4"), (raised.Values["alarm"], raised.Values["family"]));
        Assert.StartsWith("interface eth0: no IGMP querier has been heard for 4 min 21 s: a switch that snoops forgets", raised.Sentence, StringComparison.Ordinal);
        Assert.Contains("switch on a querier", raised.Sentence, StringComparison.Ordinal);
        Assert.Equal((AlarmKind.Querier, "no IGMP querier has been heard for 4 min 21 s"), (_state.View.Alarm!.Kind, _state.View.Alarm.Sentence));
    }

    [Fact]
    public void Query_should_clear_it_and_be_shown()
    {
        Run(300);
        RelayEvent cleared = Assert.Single(Run(1, query: Query));
        Assert.Equal((EventSeverity.Info, EventKind.AlarmCleared), (cleared.Severity, cleared.Kind));
        Assert.EndsWith(": 10.0.0.1 asks (IGMPv3)", cleared.Sentence, StringComparison.Ordinal);
        Assert.Equal((new HeardQuerier(Query.Querier, "IGMPv3", DateTimeOffset.UnixEpoch.AddSeconds(301)), null), (_state.View.Heard, _state.View.Alarm));
        Assert.Empty(Run(260));
        Assert.Single(Run(1));
    }

    [Fact]
    public void Querier_that_asks_every_125_seconds_and_is_lost_once_should_be_no_news()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.Empty(Run(1, query: Query));
            Assert.Empty(Run(249));
        }
    }

    [Fact]
    public void Querier_that_asks_more_seldom_should_be_waited_for_as_long_as_it_says()
    {
        Run(1, query: Query with { Patience = TimeSpan.FromSeconds(1000) });
        Assert.Empty(Run(1000));
        Assert.Single(Run(1));
        Run(1, query: Query with { Patience = TimeSpan.FromSeconds(10) });
        Assert.Empty(Run(260)); // that is not shorter than usual: one may be lost
    }

    [Fact]
    public void Interface_without_a_carrier_should_begin_to_count_when_it_has_one()
    {
        Run(1, query: Query);
        Assert.Empty(Run(1000, obstacle: "it has no carrier"));
        Assert.Null(_state.View.Heard);
        Assert.Empty(Run(260));
        Assert.Single(Run(1));
        Assert.EndsWith(": it has no carrier", Assert.Single(Run(50, obstacle: "it has no carrier")).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_that_wants_it_should_hear_at_once_and_none_be_told_when_none_does()
    {
        Assert.Empty(Run(1, isWanted: false, query: Query));
        Assert.False(_state.View.IsSilent);
        Assert.Empty(Run(1000, isWanted: false));
        Assert.Equal((true, null), (_state.View.IsSilent, _state.View.Alarm)); // which is shown, and is no alarm
        Assert.Single(Run(1));
        Assert.Equal(EventKind.AlarmCleared, Assert.Single(Run(1, isWanted: false)).Kind);
        Assert.Empty(_state.Drop());
        Run(1);
        Assert.Equal(EventKind.AlarmCleared, Assert.Single(_state.Drop()).Kind);
    }

    private List<RelayEvent> Run(int seconds, bool isWanted = true, string? obstacle = null, MembershipQuery? query = null)
    {
        var all = new List<RelayEvent>();
        for (int i = 0; i < seconds; i++)
        {
            _second++;
            (_state, var news) = _state.Take(TimeSpan.FromSeconds(_second), DateTimeOffset.UnixEpoch.AddSeconds(_second), isWanted, obstacle, query);
            all.AddRange(news);
        }

        return all;
    }
}
