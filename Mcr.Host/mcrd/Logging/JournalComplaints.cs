using System.Text;
using Mcr.Native.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>What is complained of on stderr beside the log, before there is one: errors, for systemd's journal.</summary>
internal sealed class JournalComplaints(TextWriter stderr) : TextWriter
{
    private bool _isInLine;

    public override Encoding Encoding => stderr.Encoding;

    public override void Write(char value)
    {
        if (!_isInLine)
            stderr.Write(Journal.Prefix(LogVerbosity.Error));
        stderr.Write(value);
        _isInLine = value != '\n';
    }

    /// <summary>For everything that writes to <see cref="Console.Error"/>.</summary>
    public static void Install()
    {
        if (Journal.IsStandardError(Environment.GetEnvironmentVariable(Journal.Variable)))
            Console.SetError(new JournalComplaints(Console.Error));
    }
}
