using Mcr.Actors.Configuration;

namespace Mcr.Specs.Configuration;

/// <summary>Files of conf.d and included ones, beside the file itself.</summary>
public sealed class DropInSpecs : IDisposable
{
    private readonly SettingsDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Problems_of_all_files_should_be_told_at_once_each_at_its_place()
    {
        _directory.File("conf.d/10-a.hocon", "mcr.stats-interval = soon\ninclude \"../more.conf\"");
        _directory.File("more.conf", "mcr {\n  worker.standbye = on\n}");
        string[] problems = _directory.Problems("mcr.node = 7");
        Assert.Collection(
            problems,
            p => Assert.StartsWith("conf.d/../more.conf:2:3: mcr.worker.standbye is not a key of this version; did you mean 'standby'?", p, StringComparison.Ordinal),
            p => Assert.StartsWith("conf.d/10-a.hocon:1:22: mcr.stats-interval is 'soon'; give a duration", p, StringComparison.Ordinal),
            p => Assert.StartsWith("mcrd.hocon:1:12: mcr.node is '7'; give an object", p, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_of_an_included_file_and_of_a_drop_in_should_add_up_and_say_where_they_are_written()
    {
        _directory.File("video.conf", Rule("video", 1));
        _directory.File("conf.d/a.hocon", "mcr.rules += " + Rule("audio", 2));
        McrSettings settings = _directory.Settings("mcr.rules = []\ninclude \"more.conf\"".Replace("more.conf", Path.GetFileName(_directory.File("list.conf", "mcr.rules += " + Rule("video", 1))), StringComparison.Ordinal));
        Assert.Equal(["list.conf:1:14", "a.hocon:1:14"], settings.Rules.Select(r => Path.GetFileName(r.Origin)));
    }

    [Fact]
    public void File_in_conf_d_that_is_no_hocon_file_by_its_name_should_not_be_read()
    {
        _directory.File("conf.d/a.hocon.new", "not { hocon");
        _directory.File("conf.d/a.hocon~", "not { hocon");
        Assert.Empty(_directory.Settings("").Rules);
    }

    private static string Rule(string name, int number) =>
        $$"""{ name = {{name}}, input { interface = eth0, group = "239.1.1.{{number}}", port = 5000 }, outputs = [ { interface = eth1, group = "239.2.2.{{number}}", port = 6000 } ] }""";
}
