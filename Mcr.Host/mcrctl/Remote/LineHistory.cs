using System.Collections.Immutable;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>The lines typed before, in the user's home, readable by nobody else. What cannot be read or written is done without.</summary>
internal sealed class LineHistory(string? file)
{
    public const int Most = 1000;

    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public ImmutableList<string> Lines { get; private set; } = Read(file);

    public static LineHistory OfUser() =>
        new(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".mcrctl_history") : null);

    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || line == Lines.LastOrDefault())
            return;
        Lines = Lines.Add(line);
        if (Lines.Count > Most)
            Lines = Lines.RemoveRange(0, Lines.Count - Most);
        if (file is null)
            return;
        try
        {
            string next = $"{file}.{Environment.ProcessId}";
            using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Own }))
            using (var writer = new StreamWriter(stream))
                writer.Write(string.Concat(Lines.Select(l => l + "\n")));
            File.Move(next, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The console is there to work, not to remember.
        }
    }

    private static ImmutableList<string> Read(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) ? [.. File.ReadLines(file).TakeLast(Most)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
