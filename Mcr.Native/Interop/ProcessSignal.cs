namespace Mcr.Native.Interop;

/// <summary>Signals to processes of ours (kill(2)); what .NET itself can send is SIGKILL only.</summary>
public static class ProcessSignal
{
    /// <summary>SIGTERM; a process that is gone already is no error.</summary>
    public static void Terminate(int pid) => _ = Libc.kill(pid, Libc.SIGTERM);
}
