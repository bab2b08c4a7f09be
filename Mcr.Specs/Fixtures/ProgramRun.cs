using System.Diagnostics;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>A program that was started with its output captured. It does not outlive this object.</summary>
internal sealed class ProgramRun : IDisposable
{
    /// <summary>How long a spec waits for a fact before it gives up: far more than any fact takes, also on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;

    /// <param name="where">The namespace to run in; null for this process' own.</param>
    public ProgramRun(NetworkNamespace? where, string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = where is null ? Process.Start(info)! : where.Start(info);
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Reads stdout up to a line that is <paramref name="expected"/>.</summary>
    public void WaitForLine(string expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        var seen = new List<string>();
        while (_process.StandardOutput.ReadLineAsync(patience.Token).AsTask().GetAwaiter().GetResult() is { } line)
        {
            if (line == expected)
                return;
            seen.Add(line);
        }

        Assert.Fail($"{Path.GetFileName(_process.StartInfo.FileName)} ended without the line '{expected}'; it wrote: {string.Join('\n', seen)}{_error.Result}");
    }

    public void Terminate() => Assert.Equal(0, Libc.kill(_process.Id, Libc.SIGTERM));

    /// <summary>Waits for the end; the output is what was not read before.</summary>
    public (int ExitCode, string Output, string Error) End()
    {
        using var patience = new CancellationTokenSource(Patience);
        string output = _process.StandardOutput.ReadToEndAsync(patience.Token).GetAwaiter().GetResult();
        _process.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
        return (_process.ExitCode, output, _error.Result);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
