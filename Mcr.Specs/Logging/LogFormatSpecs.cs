using System.Text.Json;
using Mcr.Host.Mcrd.Logging;
using Mcr.Native.Logging;

namespace Mcr.Specs.Logging;

public sealed class LogFormatSpecs
{
    private static readonly LogLine Line = new(
        new DateTimeOffset(2026, 11, 23, 15, 4, 5, 678, TimeSpan.Zero),
        LogFacility.Egress,
        LogVerbosity.Warning,
        "Mcr.Native.Egress.EgressError",
        "{interface} lost {lost}",
        "eth1 lost 3",
        null,
        [new("interface", "eth1"), new("lost", 3L), new("message", "not this")]);

    [Fact]
    public void Text_should_have_time_level_facility_and_be_one_line()
    {
        var text = new LogFormat(Json: false, Journal: false);
        Assert.Equal("2026-11-23T15:04:05.678Z WARN  Egress: eth1 lost 3", text.Format(Line));
        Assert.Equal("2026-11-23T15:04:05.678Z ERROR Egress: one | two | System.Exception | at here", text.Format(Line with { Level = LogVerbosity.Error, Text = "one\ntwo", Exception = "System.Exception\r\nat here" }));
    }

    [Fact]
    public void Json_should_have_the_same_and_the_values_as_members_each_once() => Assert.Equal(
        """{"time":"2026-11-23T15:04:05.678Z","level":"WARN","facility":"Egress","logger":"EgressError","message":"eth1 lost 3","interface":"eth1","lost":3}""",
        new LogFormat(Json: true, Journal: false).Format(Line));

    [Theory]
    [InlineData(LogVerbosity.Debug, "<7>DEBUG")]
    [InlineData(LogVerbosity.Info, "<6>INFO ")]
    [InlineData(LogVerbosity.Warning, "<4>WARN ")]
    [InlineData(LogVerbosity.Error, "<3>ERROR")]
    public void Line_for_the_journal_should_have_its_priority_in_front_and_leave_the_time_to_it(LogVerbosity level, string start)
    {
        Assert.Equal($"{start} Egress: eth1 lost 3", new LogFormat(Json: false, Journal: true).Format(Line with { Level = level }));
        string json = new LogFormat(Json: true, Journal: true).Format(Line with { Level = level });
        Assert.Equal(start[..3], json[..3]);
        Assert.Equal("eth1", JsonDocument.Parse(json[3..]).RootElement.GetProperty("interface").GetString());
    }

    [Fact]
    public void Complaints_beside_the_log_should_be_errors_line_by_line()
    {
        var stderr = new StringWriter();
        using var complaints = new JournalComplaints(stderr);
        complaints.WriteLine("mcrd: one");
        complaints.Write("mcrd: ");
        complaints.WriteLine("two");
        Assert.Equal("<3>mcrd: one\n<3>mcrd: two\n", stderr.ToString());
    }
}
