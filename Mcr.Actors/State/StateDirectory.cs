using Mcr.Actors.Configuration;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Interop;

namespace Mcr.Actors.State;

/// <summary>
/// What an mcrd leaves for its successor: small files in HOCON's JSON form, each with a version, read with the checks of a configuration and written
/// so that there is always a whole one. One that cannot be read is set aside, and mcrd goes on without it.
/// </summary>
/// <param name="warn">Takes a sentence for the operator.</param>
public sealed class StateDirectory(string path, Action<string> warn, TimeProvider time)
{
    /// <summary>Of every file; a file of a later version is set aside.</summary>
    internal const int Version = 1;

    internal const string VersionKey = "version";

    public string PathOf(string name) => Path.Combine(path, name);

    /// <summary>Says something about what was read.</summary>
    internal void Warn(string sentence) => warn(sentence);

    /// <param name="parse">Takes the file's object; what it adds to the problems damages the file.</param>
    /// <returns>null when there is no such file, or none that can be read.</returns>
    internal T? Read<T>(string name, Func<ConfigSection, List<ConfigProblem>, T> parse)
        where T : class
    {
        string file = PathOf(name);
        if (!File.Exists(file))
            return null;
        var problems = new List<ConfigProblem>();
        T? content = null;
        try
        {
            var root = new HoconObject(new SourcePosition(file, 0, 0));
            var files = new HoconFiles();
            files.Read(file, (text, from) => HoconParser.Parse(text, from, files, root));
            var section = new ConfigSection(HoconResolver.Resolve(root, _ => null), "", problems);
            if (section.Find(VersionKey) is HoconScalar { Text: { } version } && int.TryParse(version, out int later) && later > Version)
            {
                problems.Add(new ConfigProblem(section.PositionOf(VersionKey), $"it has version {later}, of a later mcrd; this one reads version {Version}"));
            }
            else
            {
                section.Whole(VersionKey, Version, Version);
                content = parse(section, problems);
                section.RefuseUnknownKeys();
            }
        }
        catch (HoconException e)
        {
            problems.Add(new ConfigProblem(e.At, e.Sentence));
        }

        if (problems.Count == 0)
            return content;
        SetAside(file, problems);
        return null;
    }

    /// <summary>A file that checks itself, as a whole.</summary>
    /// <param name="parse">Refuses with <see cref="InvalidDataException"/>.</param>
    /// <inheritdoc cref="Read{T}(string, Func{ConfigSection, List{ConfigProblem}, T})"/>
    internal T? Read<T>(string name, int maxBytes, Func<byte[], T> parse)
        where T : class
    {
        string file = PathOf(name);
        try
        {
            if (!File.Exists(file))
                return null;
            long length = new FileInfo(file).Length;
            return length <= maxBytes ? parse(File.ReadAllBytes(file)) : throw new InvalidDataException($"it has {length:N0} bytes, more than {maxBytes >> 20} MiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            SetAside(file, [new ConfigProblem(new SourcePosition(file, 0, 0), e.Message)]);
            return null;
        }
    }

    /// <returns>null, or why not: then what was there before is there still.</returns>
    internal string? Write(string name, byte[] content, int maxBytes = HoconFiles.MaxFileBytes) => content.Length > maxBytes
        ? $"it would have {content.Length:N0} bytes, more than the {maxBytes >> 20} MiB that are read again"
        : Try(() => DurableFile.Write(PathOf(name), content));

    /// <inheritdoc cref="Write"/>
    internal string? Delete(string name) => Try(() => DurableFile.Delete(PathOf(name)));

    private static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>A damaged file may have anything in it.</summary>
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);

    private void SetAside(string file, List<ConfigProblem> problems)
    {
        string aside = $"{file}.damaged-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}";
        string why = problems.Count == 1 ? $"{problems[0]}" : $"{problems[0]}; and {problems.Count - 1} more";
        string whereTo = Try(() => File.Move(file, aside, overwrite: true)) is { } refusal
            ? $"could not be set aside as {aside}, either ({refusal})"
            : $"is set aside as {aside}";
        warn($"the state file {file} cannot be used and {whereTo}; mcrd starts with what is configured: {Printable(why)}");
    }
}
