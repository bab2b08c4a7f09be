using Mcr.Native.Logging;

namespace Mcr.Actors.Platform;

/// <summary>Where what workers say goes, and from which level on they are to say it.</summary>
/// <param name="Control">Its levels reach every worker: new and adopted ones, and those that run when it changes.</param>
/// <param name="Say">Takes what a worker says, from any thread: which one it was (<c>worker 0 of eth0</c>), and a sentence.</param>
public sealed record WorkerLogging(LogControl Control, Action<LogFacility, LogVerbosity, string, string> Say);
