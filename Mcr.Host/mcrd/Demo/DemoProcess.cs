using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Mcr.Native.Interop;
using Mcr.Native.Namespaces;

namespace Mcr.Host.Mcrd.Demo;

/// <summary>A program of ours inside a namespace: its lines as they come, and its end. Stopped when disposed, by force if need be.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _last = new();
    private int _open = 2;

    public DemoProcess(NetworkNamespace place, string program, params string[] arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, program);
        _process = place.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        Name = program;
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Pid => _process.Id;

    /// <summary>Lines of stdout and stderr; ends when the program has closed both.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    /// <exception cref="DemoException">the program ended without such a line; the message has its last words.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> isIt, CancellationToken cancellation)
    {
        await foreach (string line in Lines.ReadAllAsync(cancellation))
        {
            if (isIt(line))
                return line;
        }

        throw new DemoException($"{Name} ended too early; its last lines were:{Environment.NewLine}{string.Join(Environment.NewLine, _last.Select(l => "  " + l))}");
    }

    public void Terminate()
    {
        if (!_process.HasExited)
            ProcessSignal.Terminate(_process.Id);
    }

    public async Task<int> WaitForExitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Terminate();
        using (var patience = new CancellationTokenSource(Patience))
        {
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _open) == 0)
                _lines.Writer.TryComplete();
            return;
        }

        _last.Enqueue(line);
        if (_last.Count > 20)
            _last.TryDequeue(out _);
        _lines.Writer.TryWrite(line);
    }
}

/// <summary>The demo cannot go on; the message says why and what to do.</summary>
internal sealed class DemoException(string sentence) : Exception(sentence);
