using System.Text;
using Mcr.Actors.State;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Specs.Supervision;

namespace Mcr.Specs.State;

/// <summary>What mcrd notes down of this host before it changes it, in <c>host.json</c>.</summary>
public sealed class HostChangesSpecs : IDisposable
{
    private const string Here = "boot-1 net:[1]";
    private const string Gro = "rx-gro";
    private const string Forwarding = "rx-udp-gro-forwarding";

    private static readonly Link In0 = FakePlatform.Device("in0", 5) with { LinkAddress = 0x02_00_00_00_00_05 };
    private static readonly Link In1 = FakePlatform.Device("in1", 6) with { LinkAddress = 0x02_00_00_00_00_06 };

    private readonly string _base = Directory.CreateTempSubdirectory("mcr-spec-host-").FullName;
    private readonly List<string> _warnings = [];

    private string Path => System.IO.Path.Combine(_base, "control.state");

    private string HostFile => System.IO.Path.Combine(Path, "host.json");

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void What_was_noted_down_should_be_known_to_the_next_one_until_it_is_forgotten()
    {
        HostChanges changes = Open();
        Assert.Null(changes.Note(In0, Gro, isOn: false));
        Assert.Null(changes.Note(In0, Forwarding, isOn: true));
        Assert.Null(changes.Note(In1, Gro, isOn: true));

        HostChanges next = Open();
        Assert.Equal((false, true, true, null), (next.Original(In0, Gro), next.Original(In0, Forwarding), next.Original(In1, Gro), next.Original(In1, Forwarding)));
        next.Forget(In0, Gro);
        next.Forget(In1, Forwarding); // of which nothing is known

        HostChanges last = Open();
        Assert.Equal((null, true, true), (last.Original(In0, Gro), last.Original(In0, Forwarding), last.Original(In1, Gro)));
        last.Forget(In0, Forwarding);
        last.Forget(In1, Gro);
        Assert.Empty(Directory.GetFileSystemEntries(Path)); // nothing to be known, no file
        Assert.Empty(_warnings);
    }

    /// <summary>The machine may stop at any moment: whoever is told that it is noted down may change the device.</summary>
    [Fact]
    public void Note_should_be_in_the_file_when_it_is_answered_and_that_be_for_its_owner_only()
    {
        HostChanges changes = Open();
        Assert.Null(changes.Note(In0, Gro, isOn: false));
        string text = File.ReadAllText(HostFile);
        Assert.All(["\"place\": \"boot-1 net:[1]\"", "\"device\": \"in0\"", "\"index\": 5", "\"address\": \"020000000005\"", "\"feature\": \"rx-gro\"", "\"was\": \"off\""], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(HostFile));
        Assert.Equal([HostFile], Directory.GetFileSystemEntries(Path)); // and nothing unfinished
    }

    [Fact]
    public void Note_that_cannot_be_written_should_not_count_and_leave_the_others()
    {
        HostChanges changes = Open();
        Assert.Null(changes.Note(In0, Gro, isOn: true));
        Directory.CreateDirectory(HostFile + DurableFile.Unfinished); // in the way, even of root
        Assert.Contains(HostFile, changes.Note(In1, Gro, isOn: false), StringComparison.Ordinal);
        Assert.Null(changes.Original(In1, Gro)); // it stays as it is, and nothing need come back
        Assert.True(changes.Original(In0, Gro));
        HostChanges next = Open();
        Assert.Equal((true, null), (next.Original(In0, Gro), next.Original(In1, Gro)));

        // With room again it is noted down.
        Directory.Delete(HostFile + DurableFile.Unfinished);
        Assert.Null(changes.Note(In1, Gro, isOn: false));
        Assert.False(Open().Original(In1, Gro));
    }

    [Fact]
    public void What_cannot_be_struck_out_should_be_said_and_not_be_restored_by_this_mcrd()
    {
        HostChanges changes = Open();
        Assert.Null(changes.Note(In0, Gro, isOn: true));
        Assert.Null(changes.Note(In1, Gro, isOn: true));
        Directory.CreateDirectory(HostFile + DurableFile.Unfinished);
        changes.Forget(In0, Gro);
        Assert.Contains("the next mcrd may set rx-gro of in0 once more to what it was", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Null(changes.Original(In0, Gro));
        Assert.True(Open().Original(In0, Gro)); // which does no harm
    }

    [Fact]
    public void Device_should_be_known_by_its_index_and_its_name_or_address()
    {
        HostChanges changes = Open();
        Assert.Null(changes.Note(In0, Gro, isOn: true));
        changes = Open();
        Assert.True(changes.Original(In0 with { Name = "lan0" }, Gro));
        Assert.True(changes.Original(In0 with { LinkAddress = 7 }, Gro));
        Assert.Null(changes.Original(In0 with { Name = "lan0", LinkAddress = 7 }, Gro)); // the index was taken again
        Assert.Null(changes.Original(In0 with { Index = 9 }, Gro)); // made anew under its name
    }

    [Fact]
    public void Device_without_an_address_should_be_known_by_its_name()
    {
        Link tunnel = FakePlatform.Device("wg0", 7);
        Assert.Null(Open().Note(tunnel, Gro, isOn: true));
        Assert.True(Open().Original(tunnel, Gro));
        Assert.Null(Open().Original(tunnel with { Name = "tun0" }, Gro));
    }

    /// <summary>As a predecessor might have left it that did not look: how it was at first is what counts.</summary>
    [Fact]
    public void First_of_two_notes_about_a_device_should_count_until_both_are_forgotten()
    {
        Write(Entry("in0", "off"), Entry("in0", "on"));
        HostChanges changes = Open();
        Assert.False(changes.Original(In0, Gro));
        changes.Forget(In0, Gro);
        changes.Forget(In0, Gro);
        Assert.Null(changes.Original(In0, Gro));
        Assert.False(File.Exists(HostFile));
    }

    [Theory]
    [InlineData("boot-2 net:[1]")]
    [InlineData("boot-1 net:[2]")]
    public void What_is_about_another_start_of_the_machine_or_another_namespace_should_be_forgotten(string elsewhere)
    {
        Assert.Null(Open().Note(In0, Gro, isOn: true));
        Assert.Null(Open(elsewhere).Original(In0, Gro));
        Assert.False(File.Exists(HostFile));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("", "version has no value")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1", "host.json")]
    [InlineData("{ \"version\": 2, \"changes\": \"all new\" }", "it has version 2, of a later mcrd; this one reads version 1")]
    [InlineData("{ \"version\": 1, \"plaice\": \"boot-1\", \"changes\": [] }", "plaice is not a key")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1 net:[1]\", \"changes\": [ 7 ] }", "give objects")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1 net:[1]\", \"changes\": [ { \"device\": \"in0\", \"index\": 5, \"address\": \"020000000005\", \"feature\": \"rx-gro\", \"was\": \"on\", \"by\": \"x\" } ] }", "by is not a key")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1 net:[1]\", \"changes\": [ { \"device\": \"in0\", \"index\": 0, \"address\": \"020000000005\", \"feature\": \"rx-gro\", \"was\": \"on\" } ] }", "index")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1 net:[1]\", \"changes\": [ { \"device\": \"in0\", \"index\": 5, \"address\": \"here\", \"feature\": \"rx-gro\", \"was\": \"on\" } ] }", "is no MAC address; give twelve hex digits")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1 net:[1]\", \"changes\": [ { \"index\": 5, \"address\": \"020000000005\", \"was\": \"on\" } ] }", "and feature have to be there")]
    [InlineData("{ \"version\": 1, \"place\": \"boot-1 net:[1]\", \"changes\": [ { \"device\": \"in0\", \"index\": 5, \"address\": \"020000000005\", \"feature\": \"rx-gro\", \"was\": \"perhaps\" } ] }", "was")]
    public void Damaged_file_should_be_set_aside_with_a_word_and_nothing_of_it_be_believed(string text, string why)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(HostFile, text);
        HostChanges changes = Open();
        Assert.Null(changes.Original(In0, Gro));
        string aside = Assert.Single(Directory.GetFiles(Path));
        Assert.Matches(@"/host\.json\.damaged-\d{8}T\d{6}Z$", aside);
        Assert.Equal(text, File.ReadAllText(aside));
        string warning = Assert.Single(_warnings);
        Assert.StartsWith($"the state file {HostFile} cannot be used and is set aside as {aside}; ", warning, StringComparison.Ordinal);
        Assert.Contains(why, warning, StringComparison.Ordinal);

        // And it goes on with a new one.
        Assert.Null(changes.Note(In1, Gro, isOn: true));
        Assert.True(Open().Original(In1, Gro));
    }

    [Fact]
    [Trait("kind", "fuzz")]
    public void Whatever_is_in_the_file_mcrd_should_start()
    {
        Write(Entry("in0", "off"), Entry("in1", "on"));
        byte[] seed = File.ReadAllBytes(HostFile);
        var random = new Random(20260102);
        for (int i = 0; i < 500; i++)
        {
            File.WriteAllBytes(HostFile, Mutations.Mutate(random, seed));
            _ = Open().Original(In0, Gro);
            foreach (string file in Directory.GetFiles(Path))
                File.Delete(file);
        }

        Assert.All(_warnings, w => Assert.DoesNotContain(w, char.IsControl));
    }

    private void Write(params string[] entries)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(HostFile, $"{{ \"version\": 1, \"place\": \"{Here}\", \"changes\": [ {string.Join(", ", entries)} ] }}", Encoding.UTF8);
    }

    private static string Entry(string device, string was) =>
        $"{{ \"device\": \"{device}\", \"index\": 5, \"address\": \"020000000005\", \"feature\": \"rx-gro\", \"was\": \"{was}\" }}";

    private HostChanges Open(string place = Here) => HostChanges.Open(new StateDirectory(Path, _warnings.Add, TimeProvider.System), place);
}
