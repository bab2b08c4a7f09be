using Mcr.Actors.Control;
using Mcr.Actors.Platform;
using Mcr.Native.Logging;

namespace Mcr.Specs.Logging;

public sealed class LogLevelsSpecs
{
    private const string Lasting = "; in mcrd and its workers, until mcrd ends (log.level and log.levels of its configuration last)";

    private static readonly LogLevels Some = LogLevels.Default.With(LogFacility.Runtime, LogVerbosity.Warning);

    [Fact]
    public void Facility_should_have_its_own_level_until_it_follows_the_global_one_again()
    {
        LogLevels own = LogLevels.Default.With(LogFacility.Network, LogVerbosity.Error);
        Assert.Equal((LogVerbosity.Error, LogVerbosity.Info), (own.Of(LogFacility.Network), own.Of(LogFacility.Stats)));
        Assert.True(own.Pass(LogFacility.Network, LogVerbosity.Error));
        Assert.False(own.Pass(LogFacility.Network, LogVerbosity.Warning));
        Assert.True((own with { Global = LogVerbosity.Debug }).Pass(LogFacility.Stats, LogVerbosity.Debug));
        Assert.Equal(LogLevels.Default, own.With(LogFacility.Network, null));
    }

    [Fact]
    public void Whoever_follows_should_know_the_levels_at_once_and_hear_of_each_change_until_it_stops()
    {
        var control = new LogControl(Some);
        var heard = new List<LogLevels>();
        using (control.Follow(heard.Add))
            control.Set(LogLevels.Default);
        control.Set(Some);
        Assert.Equal([Some, LogLevels.Default], heard);
        Assert.Equal(Some, control.Levels);
    }

    [Theory]
    [InlineData("debug", null, null, "everything is logged from debug on, but what has a level of its own (Runtime)")]
    [InlineData(null, "Network", "ERROR", "Network is logged from error on")]
    [InlineData(null, "runtime", "default", "Runtime is logged from info on, like everything")]
    [InlineData("error", "Runtime", "debug", "everything is logged from error on, but what has a level of its own (Runtime); Runtime is logged from debug on")]
    public void Change_should_be_said_and_how_long_it_lasts(string? global, string? facility, string? level, string sentence)
    {
        (LogLevels? next, ControlResponse answer) = LogLevelViews.Decide(Some, new ControlRequest.SetLogLevel { Global = global, Facility = facility, Level = level });
        Assert.Equal(sentence + Lasting, Assert.IsType<ControlResponse.Success>(answer).Sentence);
        Assert.NotEqual(Some, next);
    }

    [Fact]
    public void Everything_wrong_should_be_said_with_what_there_is_and_nothing_be_changed()
    {
        (LogLevels? next, ControlResponse answer) = LogLevelViews.Decide(Some, new ControlRequest.SetLogLevel { Global = "loud", Facility = "netwrk", Level = "verbose" });
        Assert.Null(next);
        const string All = "Supervisor, RuleDispatch, ControlSocket, DataPlane, Ingress, Egress, PacketParser, Stats, Security, Network, State, Runtime, Cluster";
        Assert.Equal(
            [
                "global: 'loud' is no level; give one of debug, info, warning, error",
                "level: 'verbose' is no level; give one of debug, info, warning, error or default",
                $"facility: 'netwrk' is none; did you mean 'Network'? They are {All}",
            ],
            Assert.IsType<ControlResponse.Error>(answer).Problems.Select(p => p.ToString()));
        Assert.Null(LogLevelViews.Decide(Some, new ControlRequest.SetLogLevel()).Next);
        Assert.Null(LogLevelViews.Decide(Some, new ControlRequest.SetLogLevel { Facility = "Stats" }).Next);
        Assert.Null(LogLevelViews.Decide(Some, new ControlRequest.SetLogLevel { Level = "info" }).Next);
    }

    [Fact]
    public void Worker_that_says_too_much_should_be_heard_no_more_for_a_while_and_what_it_said_be_counted()
    {
        var time = new ManualClock();
        var heard = new List<string>();
        using var voice = new WorkerVoice(new WorkerLogging(new LogControl(LogLevels.Default), (facility, level, who, sentence) => heard.Add($"{facility} {level} {who}: {sentence}")), time);
        var told = new List<LogLevels>();
        voice.Begin("worker 0 of eth0", told.Add);
        for (int i = 0; i < WorkerVoice.MostSentences + 57; i++)
            voice.Hear(LogFacility.Egress, LogVerbosity.Info, $"sentence {i}");
        Assert.Equal([LogLevels.Default], told);
        Assert.Equal(WorkerVoice.MostSentences, heard.Count);
        time.Advance(WorkerVoice.Period);
        voice.Hear(LogFacility.Egress, LogVerbosity.Info, "again");
        Assert.Equal(["Security Warning worker 0 of eth0: says too much: 57 of its sentences were left out", "Egress Info worker 0 of eth0: again"], heard[WorkerVoice.MostSentences..]);
    }
}
