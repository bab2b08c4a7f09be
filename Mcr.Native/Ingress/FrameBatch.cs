using System.Runtime.InteropServices;

namespace Mcr.Native.Ingress;

/// <summary>
/// What one receive delivered: up to <see cref="Capacity"/> frames that lie in their source's memory. Owned and used by one thread.
/// </summary>
public sealed unsafe class FrameBatch : IDisposable
{
    /// <summary>Frames a turn: 64 amortise the system calls (see the design's measurements) and stay in the cache.</summary>
    public const int Capacity = 64;

    private readonly ReceivedFrame* _frames = (ReceivedFrame*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(ReceivedFrame));

    public ref ReceivedFrame this[int i] => ref _frames[i];

    public void Dispose() => NativeMemory.Free(_frames);
}
