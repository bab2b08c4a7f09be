using Mcr.Host.Mcrd.Logging;
using Mcr.Native.Logging;
using Microsoft.Extensions.Logging;

namespace Mcr.Specs.Logging;

/// <summary>The whole way of a message: level, repeats, line.</summary>
public sealed class RepeatFilterSpecs : IDisposable
{
    private const int Most = 3;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new();
    private readonly LogControl _control = new(LogLevels.Default);
    private readonly StderrLog _log;
    private readonly ILogger _ingress;

    public RepeatFilterSpecs()
    {
        _log = new StderrLog(_control, new LogFormat(Json: false, Journal: true), new RepeatFilter(Most, Period), _output, _clock);
        _ingress = _log.CreateLogger("Mcr.Actors.Interfaces.InterfaceActor");
    }

    public void Dispose()
    {
        _log.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void What_is_repeated_should_be_held_back_and_counted_when_the_period_is_over()
    {
        for (int i = 0; i < 60; i++)
            Retry(_ingress, "eth0", i);
        Assert.Equal(["<4>WARN  Ingress: eth0 is tried again for the time 0", "<4>WARN  Ingress: eth0 is tried again for the time 1", "<4>WARN  Ingress: eth0 is tried again for the time 2"], Lines());
        _clock.Advance(Period - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Lines());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["<4>WARN  Ingress: eth0 is tried again for the time 59 … repeated 57 times in 10 s"], Lines());
        Retry(_ingress, "eth0", 60);
        Assert.Equal(["<4>WARN  Ingress: eth0 is tried again for the time 60"], Lines());
        _clock.Advance(Period * 2);
        Assert.Empty(Lines());
    }

    [Fact]
    public void Other_interfaces_facilities_and_levels_should_not_count()
    {
        for (int i = 0; i < Most; i++)
            Retry(_ingress, "eth0", i);
        Retry(_ingress, "eth1", 0);
        Retry(_log.CreateLogger("Mcr.Native.Egress.EgressError"), "eth0", 0);
        _ingress.LogInformation("{Interface} is tried again for the time {Time}", "eth0", 0);
        Assert.Equal(Most + 3, Lines().Length);
    }

    [Fact]
    public void Errors_should_only_be_held_back_when_they_are_the_same_to_the_letter()
    {
        for (int i = 0; i < 2 * Most; i++)
            _ingress.LogError("{Interface} cannot be opened for the time {Time}", "eth0", i);
        Assert.Equal(2 * Most, Lines().Length);
        for (int i = 0; i < 2 * Most; i++)
            _ingress.LogError("{Interface} cannot be opened for the time {Time}", "eth0", 99);
        Assert.Equal(Most, Lines().Length);
    }

    [Fact]
    public void Template_that_is_a_frame_for_a_sentence_should_stand_for_each_sentence_by_itself()
    {
        for (int i = 0; i < 2 * Most; i++)
            _ingress.LogWarning("{Interface}: {Warning}", "eth0", $"sentence {i}");
        Assert.Equal(2 * Most, Lines().Length);
        for (int i = 0; i < 2 * Most; i++)
            _ingress.LogWarning("{Interface}: {Warning}", "eth0", "the same sentence");
        Assert.Equal(Most, Lines().Length);
    }

    [Fact]
    public void Lines_of_statistics_should_never_be_held_back()
    {
        ILogger stats = _log.CreateLogger("Mcr.Actors.Interfaces.StatsLines");
        for (int i = 0; i < 100; i++)
            stats.LogInformation("[STATS:Ingress] the same line again and again");
        Assert.Equal(100, Lines().Length);
    }

    [Fact]
    public void What_was_held_back_should_be_said_at_the_end()
    {
        for (int i = 0; i < Most + 1; i++)
            Retry(_ingress, "eth0", i);
        _clock.Advance(TimeSpan.FromSeconds(2.5));
        _log.Dispose();
        Assert.Equal("<4>WARN  Ingress: eth0 is tried again for the time 3 … repeated 1 time in 2.5 s", Lines()[^1]);
    }

    [Fact]
    public void Memory_should_be_bounded_and_no_count_be_lost()
    {
        for (int i = 0; i < Most + 5; i++)
            Retry(_ingress, "eth0", i);
        for (int i = 0; i < 100 * RepeatFilter.Capacity; i++)
            Retry(_ingress, $"veth{i}", 0);
        string[] lines = Lines();
        Assert.Equal(Most + (100 * RepeatFilter.Capacity) + 1, lines.Length);
        Assert.Single(lines, line => line.EndsWith(" … repeated 5 times in 0 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Zero_should_mean_that_all_are_logged()
    {
        using var all = new StderrLog(_control, new LogFormat(Json: false, Journal: true), new RepeatFilter(0, Period), _output, _clock);
        for (int i = 0; i < 100; i++)
            Retry(all.CreateLogger("mcrd"), "eth0", 0);
        Assert.Equal(100, Lines().Length);
    }

    [Fact]
    public void Level_should_be_looked_at_first_and_change_at_once()
    {
        _control.Set(LogLevels.Default.With(LogFacility.Ingress, LogVerbosity.Error));
        for (int i = 0; i < 2 * Most; i++)
            Retry(_ingress, "eth0", i);
        Assert.Empty(Lines());
        _control.Set(LogLevels.Default);
        Retry(_ingress, "eth0", 0);
        _clock.Advance(Period * 2);
        Assert.Single(Lines());
    }

    private static void Retry(ILogger log, string device, int time) => log.LogWarning("{Interface} is tried again for the time {Time}", device, time);

    private string[] Lines()
    {
        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _output.GetStringBuilder().Clear();
        return lines;
    }
}
