using System.Text.Json;
using Mcr.Actors.Control;

namespace Mcr.Actors.Audit;

/// <summary>
/// <c>audit.log</c>: a JSON object a line, appended. When it is long it becomes <c>audit.log.1</c>, that one <c>.2</c>, and the last is
/// deleted. Append and Last may be called by two threads.
/// </summary>
internal sealed class AuditFile(string directory, long longest = AuditFile.Longest)
{
    /// <summary>Bytes; with the older ones, five times that.</summary>
    private const long Longest = 4 << 20;

    private const int Older = 4;

    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.Combine(directory, "audit.log");

    /// <returns>null, or why it could not be written.</returns>
    public string? Append(AuditEntry entry)
    {
        try
        {
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(directory, Own | UnixFileMode.UserExecute);
            if (File.Exists(Path) && new FileInfo(Path).Length >= longest)
                Rotate();
            using var stream = new FileStream(Path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = Own });
            byte[] cutOff = EndsInLine(stream) ? [] : [(byte)'\n'];
            stream.Write([.. cutOff, .. JsonSerializer.SerializeToUtf8Bytes(entry, ResponseJson.Default.AuditEntry), (byte)'\n']);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Lines that are no entry (a full disk cuts one off) are passed over.</summary>
    public IReadOnlyList<AuditEntry> Last(int count)
    {
        var entries = new LinkedList<AuditEntry>();
        for (int age = 0; age <= Older && entries.Count < count; age++)
        {
            string[] lines = Lines(Named(age));
            for (int i = lines.Length - 1; i >= 0 && entries.Count < count; i--)
            {
                if (Parse(lines[i]) is { } entry)
                    entries.AddFirst(entry);
            }
        }

        return [.. entries];
    }

    /// <summary>A full disk may have cut the last line off, and what is appended shall not be part of it.</summary>
    private static bool EndsInLine(FileStream stream)
    {
        if (stream.Length == 0)
            return true;
        stream.Seek(-1, SeekOrigin.End);
        return stream.ReadByte() == '\n';
    }

    private string Named(int age) => age == 0 ? Path : $"{Path}.{age}";

    private void Rotate()
    {
        for (int age = Older; age > 0; age--)
        {
            if (File.Exists(Named(age - 1)))
                File.Move(Named(age - 1), Named(age), overwrite: true);
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static AuditEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ResponseJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
