using Mcr.Actors.Audit;
using Mcr.Actors.Control;

namespace Mcr.Specs.Audit;

public sealed class AuditFileSpecs : IDisposable
{
    private const int FilesAtMost = 5;

    private readonly string _directory = Directory.CreateTempSubdirectory("mcr-spec-audit-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Last_entries_should_be_in_order_over_all_files_and_those_files_bounded()
    {
        const int longest = 1000;
        var file = new AuditFile(_directory, longest);
        for (int i = 0; i < 200; i++)
        {
            Assert.Null(file.Append(Entry(i)));
            FileInfo[] files = new DirectoryInfo(_directory).GetFiles();
            Assert.InRange(files.Length, 1, FilesAtMost);
            Assert.All(files, f => Assert.InRange(f.Length, 1, longest + 300)); // a line more
        }

        int kept = file.Last(int.MaxValue).Count;
        Assert.InRange(kept, (FilesAtMost - 1) * longest / 300, 199);
        Assert.Equal(Enumerable.Range(200 - kept, kept), file.Last(kept).Select(Number));
        Assert.Equal([198, 199], file.Last(2).Select(Number));
        Assert.Equal([198, 199], new AuditFile(_directory, longest).Last(2).Select(Number)); // another mcrd's
    }

    /// <summary>By a full disk, or a power cut.</summary>
    [Fact]
    public void Line_that_was_cut_off_should_cost_no_other()
    {
        var file = new AuditFile(_directory);
        file.Append(Entry(1));
        file.Append(Entry(2));
        File.WriteAllBytes(file.Path, File.ReadAllBytes(file.Path)[..^10]);
        file.Append(Entry(3));
        Assert.Equal([1, 3], file.Last(10).Select(Number));
    }

    [Fact]
    public void What_cannot_be_written_should_be_said_and_what_cannot_be_read_be_nothing()
    {
        string notADirectory = Path.Combine(_directory, "file");
        File.WriteAllText(notADirectory, "");
        var file = new AuditFile(Path.Combine(notADirectory, "audit"));
        Assert.Contains("file", file.Append(Entry(1)), StringComparison.Ordinal);
        Assert.Empty(file.Last(10));
    }

    private static AuditEntry Entry(int number) => new(DateTimeOffset.UnixEpoch, "control", "done", $"{number}");

    private static int Number(AuditEntry entry) => int.Parse(entry.Sentence, System.Globalization.CultureInfo.InvariantCulture);
}
