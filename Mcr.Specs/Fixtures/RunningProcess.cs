using System.Collections.Concurrent;
using System.Diagnostics;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Fixtures;

/// <summary>A program under test: its lines as they come, its end; killed by its own handle when a spec leaves it behind.</summary>
internal sealed class RunningProcess : IDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _all = new();
    private readonly ConcurrentQueue<string> _out = new();
    private readonly ConcurrentQueue<string> _error = new();
    private readonly TaskCompletionSource _outClosed = new();
    private readonly TaskCompletionSource _errorClosed = new();

    public RunningProcess(NetworkNamespace? place, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null, bool keepsInput = false)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = workingDirectory ?? "" };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            info.Environment[name] = value;
        _process = place is null ? Process.Start(info)! : place.Start(info);
        _process.OutputDataReceived += (_, e) => Take(e.Data, _out, _outClosed);
        _process.ErrorDataReceived += (_, e) => Take(e.Data, _error, _errorClosed);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (!keepsInput)
            _process.StandardInput.Close();
    }

    public int Pid => _process.Id;

    /// <summary>Everything printed so far, both streams.</summary>
    public string Output => string.Join('\n', _all);

    public string StandardOutput => string.Concat(_out.Select(line => line + '\n'));

    public string StandardError => string.Concat(_error.Select(line => line + '\n'));

    public bool HasExited => _process.HasExited;

    /// <summary>What it reads from stdin, if that was kept.</summary>
    public void Write(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    public int ExitCode => _process.ExitCode;

    /// <summary>Waits for the next line that contains <paramref name="text"/>.</summary>
    public string WaitForLine(string text, int seconds = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            while (true)
            {
                string line = _lines.Take(limit.Token);
                if (line.Contains(text, StringComparison.Ordinal))
                    return line;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            throw new TimeoutException($"no line with '{text}' within {seconds} s from {_process.StartInfo.FileName} (exited: {HasExited}):\n{Output}");
        }
    }

    /// <summary>Waits for the end and returns the exit code.</summary>
    public int WaitForExit(int seconds = 30)
    {
        if (!_process.WaitForExit(TimeSpan.FromSeconds(seconds)) || !Task.WaitAll([_outClosed.Task, _errorClosed.Task], TimeSpan.FromSeconds(seconds)))
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end within {seconds} s:\n{Output}");
        return _process.ExitCode;
    }

    /// <summary>Waits for the end; both streams whole, apart from each other.</summary>
    public (int ExitCode, string Output, string Error) End(int seconds = 60) => (WaitForExit(seconds), StandardOutput, StandardError);

    public void Terminate() => Signal(Mcr.Native.Interop.Libc.SIGTERM);

    public void Signal(int signal) => Mcr.Native.Interop.SysResult.From(Mcr.Native.Interop.Libc.kill(Pid, signal)).OrThrow("kill");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(5000);
        }

        _process.Dispose();
    }

    private void Take(string? line, ConcurrentQueue<string> stream, TaskCompletionSource closed)
    {
        if (line is null)
        {
            closed.TrySetResult();
            if (_outClosed.Task.IsCompleted && _errorClosed.Task.IsCompleted)
                _lines.CompleteAdding();
            return;
        }

        _all.Enqueue(line);
        stream.Enqueue(line);
        _lines.Add(line);
    }
}
