namespace Mcr.Native.Logging;

/// <summary>
/// How important a message is; messages of a facility's level and above are logged. In HOCON and on command lines <c>debug</c>, <c>info</c>,
/// <c>warning</c>, <c>error</c>. The order is that of the bytes between mcrd and a worker: append only.
/// </summary>
public enum LogVerbosity : byte
{
    Debug,
    Info,
    Warning,
    Error,
}
