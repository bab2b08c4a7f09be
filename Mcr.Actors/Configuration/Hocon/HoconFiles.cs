using System.Globalization;
using System.Text;
using Mcr.Native.Interop;
using Mcr.Native.Privileges;

namespace Mcr.Actors.Configuration.Hocon;

/// <summary>Reads files within limits, and knows which ones are being read, so that none includes itself.</summary>
internal sealed class HoconFiles
{
    /// <summary>Of one file. Ten thousand rules are 2 MiB.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>Of all files together, each inclusion counted.</summary>
    private const long MaxTotalBytes = 4L * MaxFileBytes;

    private const int MaxIncludes = 1000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> _doubtful = new(StringComparer.Ordinal);
    private readonly List<string> _reading = [];
    private long _bytes;
    private int _includes;

    /// <summary>Those that somebody else than root and mcrd's user could have written, and why (<see cref="FileOwnership"/>).</summary>
    public IReadOnlyDictionary<string, string> Doubtful => _doubtful;

    /// <summary>A file whose text is given is judged as it is now.</summary>
    public void Judge(string path)
    {
        if (UnixFile.TryTargetStatus(path, out UnixFile.Status status).IsSuccess)
            Judge(path, status);
    }

    public void Read(string path, Action<string, string> parse)
    {
        var whole = new SourcePosition(path, 0, 0);
        CheckName(path, whole);
        _reading.Add(Path.GetFullPath(path));
        parse(Text(path, whole), path);
        _reading.RemoveAt(_reading.Count - 1);
    }

    /// <param name="from">The including file, whose directory the name is relative to.</param>
    public void Include(string name, string from, SourcePosition at, Action<string, string> parse)
    {
        CheckName(name, at);
        string path = Path.Combine(Path.GetDirectoryName(from) ?? "", name);
        string full = Path.GetFullPath(path);
        if (_reading.Contains(full))
            throw new HoconException(at, $"the include of '{name}' goes round in a circle: {string.Join(" → ", _reading.SkipWhile(f => f != full).Append(full).Select(Path.GetFileName))}; remove one of these includes");
        if (++_includes > MaxIncludes)
            throw new HoconException(at, string.Create(CultureInfo.InvariantCulture, $"more than {MaxIncludes:N0} files are included"));
        _reading.Add(full);
        parse(Text(path, at), path);
        _reading.RemoveAt(_reading.Count - 1);
    }

    private void Judge(string path, UnixFile.Status status)
    {
        if (FileOwnership.WhyNot(status, Capabilities.User) is { } why)
            _doubtful[path] = why;
    }

    private static void CheckName(string name, SourcePosition at)
    {
        if (name.Length == 0 || name.Contains('\0'))
            throw new HoconException(at, "the name of the file is empty or has a zero byte; give a path");
    }

    private string Text(string path, SourcePosition at)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            UnixFile.TryStatus(stream.SafeFileHandle, out UnixFile.Status status).OrThrow("looking at it");
            Judge(path, status); // the very file that is read: the one of that name may be another by now
            long length = stream.CanSeek ? stream.Length : 0; // a pipe has none
            if (length > MaxFileBytes)
                throw new HoconException(at, string.Create(CultureInfo.InvariantCulture, $"{path} has {length:N0} bytes, more than the 16 MiB that a configuration file may have; is it the right file?"));
            var buffer = new MemoryStream();
            var chunk = new byte[81920];
            for (int read; (read = stream.Read(chunk)) > 0;)
            {
                buffer.Write(chunk, 0, read);
                if ((_bytes += read) > MaxTotalBytes)
                    throw new HoconException(at, "the configuration files have more than 64 MiB together");
                if (buffer.Length > MaxFileBytes)
                    throw new HoconException(at, $"{path} has more than the 16 MiB that a configuration file may have; is it the right file?");
            }

            return Strict.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw new HoconException(at, $"{path} is not UTF-8 text (byte {e.Index} and around); save it as UTF-8");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new HoconException(at, at.File == path ? $"cannot be read: {e.Message}" : $"the included file cannot be read: {e.Message}");
        }
    }
}
