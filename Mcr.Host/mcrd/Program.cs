using System.Runtime.CompilerServices;
using Mcr.Host.Mcrd;
using Mcr.Host.Mcrd.Logging;
using Mcr.Native.Worker;

// First of all, so that a worker process loads nothing but Mcr.Native.
if (args is ["worker", ..])
    return WorkerMain.Run();
return Serve(args);

[MethodImpl(MethodImplOptions.NoInlining)]
static int Serve(string[] args)
{
    JournalComplaints.Install();
    return CommandLine.Run(args);
}
