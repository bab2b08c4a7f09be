using Mcr.Actors.Configuration;
using Mcr.Native.Interop;

namespace Mcr.Specs.Configuration;

/// <summary>Keys that say which code runs: who may write the file in which they are.</summary>
public sealed class CodeKeysSpecs : IDisposable
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Shared = Own | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const string Advice = "; put it into a file of its own in conf.d that is root's, and that only root may write (chown root, chmod 0644)";

    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-spec-code-").FullName;

    public CodeKeysSpecs() => Directory.CreateDirectory(Path.Combine(_directory, "conf.d"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("akka.loglevel = ERROR", "1:1: akka")]
    [InlineData("mcr.worker { path = /bin/true }", "1:14: mcr.worker.path")]
    [InlineData("akka { x = [1] }", "1:8: akka")]
    public void Key_should_not_be_taken_from_a_file_that_a_group_may_write(string text, string place)
    {
        string file = Write("mcrd.hocon", text, Own);
        Assert.Empty(Problems());
        File.SetUnixFileMode(file, Shared);
        Assert.Equal($"{file}:{place} says which code runs, and is not taken from here: {file} can be written by others than its owner (mode 0660){Advice}", Assert.Single(Problems()));
    }

    [Fact]
    public void Key_should_be_taken_from_a_drop_in_of_its_own_beside_a_file_of_the_group()
    {
        Write("mcrd.hocon", "mcr.node.name = a\nmcr.worker.standby = off", Shared);
        Write("conf.d/akka.hocon", "akka.loglevel = ERROR\nmcr.worker.path = /bin/true", Own);
        Assert.Empty(Problems());
        // One member of it elsewhere, and by way of something else.
        string also = Write("conf.d/more.hocon", "akka.loggers = [ X ]\ndefinitions.x = Y", Shared);
        Assert.StartsWith($"{also}:1:1: akka says which code runs", Assert.Single(Problems()), StringComparison.Ordinal);
        Write("conf.d/more.hocon", "definitions.x = Y", Shared);
        Write("conf.d/akka.hocon", "akka.loggers = [ ${definitions.x} ]", Own);
        Assert.StartsWith($"{also}:1:17: akka says which code runs", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_place_of_a_file_should_be_judged_as_that_file()
    {
        string file = Write("mcrd.hocon", "", Shared);
        Assert.Contains("akka says which code runs", Assert.Single(SettingsReader.Read(new SettingsSources { ConfigFile = file, Text = "akka.x = 1" }).Problems).ToString(), StringComparison.Ordinal);
        Assert.Empty(SettingsReader.Read(new SettingsSources { ConfigFile = file, Text = "mcr.node.name = a" }).Problems);
    }

    [Theory]
    [InlineData(0, 0b110_100_100, null)]
    [InlineData(7, 0b110_100_100, null)]
    [InlineData(8, 0b110_100_100, "belongs to user 8")]
    [InlineData(0, 0b110_110_100, "can be written by others than its owner (mode 0664)")]
    [InlineData(7, 0b110_100_110, "can be written by others than its owner (mode 0646)")]
    public void Files_of_root_and_of_mcrd_itself_should_do(uint owner, int mode, string? why) =>
        Assert.Equal(why, FileOwnership.WhyNot(new UnixFile.Status(false, owner, 7, (UnixFileMode)mode, 0, 0), 7));

    [Fact]
    public void Worker_program_that_others_could_replace_should_be_refused()
    {
        string directory = Path.Combine(_directory, "programs");
        Directory.CreateDirectory(directory);
        string program = Path.Combine(directory, "worker"), link = Path.Combine(_directory, "link");
        File.WriteAllText(program, "");
        File.SetUnixFileMode(program, Own);
        File.CreateSymbolicLink(link, program);
        Write("mcrd.hocon", $"mcr.worker.path = \"{link}\"", Own);
        Assert.Empty(Problems());
        File.SetUnixFileMode(directory, Shared | UnixFileMode.UserExecute);
        Assert.EndsWith(
            $"mcr.worker.path is '{link}', and {directory} can be written by others than its owner (mode 0760); whoever writes there would choose what gets mcrd's sockets, so make it root's, and writable by root alone",
            Assert.Single(Problems()), StringComparison.Ordinal);
        File.SetUnixFileMode(directory, Own | UnixFileMode.UserExecute);
        File.SetUnixFileMode(program, Shared);
        Assert.Contains($"{program} can be written by others", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    private string Write(string name, string text, UnixFileMode mode)
    {
        string file = Path.Combine(_directory, name);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, mode);
        return file;
    }

    private string[] Problems() => [.. SettingsReader.Read(new SettingsSources { ConfigFile = Path.Combine(_directory, "mcrd.hocon") }).Problems.Select(p => p.ToString())];
}
