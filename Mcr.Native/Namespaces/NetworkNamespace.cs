using System.Collections.Concurrent;
using System.Diagnostics;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Namespaces;

/// <summary>
/// A throw-away network namespace for the demo and the specs. A thread of its own lives in it (namespaces belong to threads);
/// what runs by <see cref="Run{T}"/> makes its sockets there, and processes started there are born there. Nothing is
/// mounted or named on the host, so nothing is left behind, whatever happens: the namespace ends with its last process.
/// Needs root, or root inside a user namespace.
/// </summary>
public sealed unsafe class NetworkNamespace : IDisposable
{
    private static readonly TimeSpan CarrierPatience = TimeSpan.FromSeconds(5);

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ready = new();
    private Microsoft.Win32.SafeHandles.SafeFileHandle? _handle;

    /// <param name="name">For error texts only.</param>
    /// <exception cref="LinuxException">no right to make a namespace (EPERM).</exception>
    public NetworkNamespace(string name)
    {
        Name = name;
        _thread = new Thread(Serve) { IsBackground = true, Name = $"netns {name}" };
        _thread.Start();
        _ready.Task.GetAwaiter().GetResult();
        Ip("link set lo up");
    }

    public string Name { get; }

    /// <summary>A path that `ip link set … netns PATH` and nsenter take, while this process lives.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{(int)_handle!.DangerousGetHandle()}";

    /// <summary>Runs <paramref name="body"/> on the namespace's thread and waits for it; its exception comes back here.</summary>
    public T Run<T>(Func<T> body)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(body());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    public void Run(Action body) => Run(() =>
    {
        body();
        return true;
    });

    /// <summary>Starts a process inside the namespace.</summary>
    public Process Start(ProcessStartInfo info) => Run(() => Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} did not start"));

    /// <summary>Runs iproute2's `ip ARGUMENTS` inside the namespace.</summary>
    /// <exception cref="InvalidOperationException">it failed; the message has its stderr.</exception>
    public void Ip(string arguments) => Tool("ip", arguments);

    /// <summary>Runs a program inside the namespace to its end and returns its output; a non-zero exit is an exception with its stderr.</summary>
    public string Tool(string program, string arguments)
    {
        using Process process = Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true });
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments} (in {Name}): {error.Result.Trim()}");
    }

    /// <summary>A veth pair between two namespaces, both ends up, with an address (CIDR) each.</summary>
    public static void Connect(NetworkNamespace a, string deviceA, string cidrA, NetworkNamespace b, string deviceB, string cidrB)
    {
        a.Ip($"link add {deviceA} type veth peer name {deviceB} netns {b.Path}");
        a.Ip($"address add {cidrA} dev {deviceA}");
        b.Ip($"address add {cidrB} dev {deviceB}");
        a.Ip($"link set {deviceA} up");
        b.Ip($"link set {deviceB} up");
        a.WaitForCarrier(deviceA);
        b.WaitForCarrier(deviceB);
    }

    /// <summary>The kernel notices the other end a little later than it is switched on.</summary>
    private void WaitForCarrier(string device)
    {
        long began = Stopwatch.GetTimestamp();
        while (!Run(() => LinkReader.Read().TryGet(device, out Link? link) && link.IsRunning))
        {
            if (Stopwatch.GetElapsedTime(began) > CarrierPatience)
                throw new InvalidOperationException($"{device} (in {Name}) has no carrier although both ends are up");
            Thread.Sleep(1);
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _handle?.Dispose();
    }

    private void Serve()
    {
        try
        {
            SysResult.From(Libc.unshare(Libc.CLONE_NEWNET)).OrThrow("unshare(CLONE_NEWNET)");
            _handle = File.OpenHandle("/proc/thread-self/ns/net");
            _ready.SetResult();
        }
        catch (Exception e)
        {
            _ready.SetException(e);
            return;
        }

        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }
}
