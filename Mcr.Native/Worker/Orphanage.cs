using System.Diagnostics;
using Mcr.Native.Interop;

namespace Mcr.Native.Worker;

/// <summary>Where a worker waits when its mcrd is gone: it relays on with what it has, until another mcrd adopts it or its grace is over.</summary>
internal static class Orphanage
{
    private const uint Root = 0;

    /// <param name="listener">Only root or <paramref name="owner"/> is let in by it.</param>
    /// <param name="graceMilliseconds">From now on, whoever is refused meanwhile; <see cref="WorkerOptions.Forever"/> has no end.</param>
    /// <returns>The new owner, or null when there is none.</returns>
    public static unsafe WorkerChannel? AwaitOwner(FileDescriptor listener, uint owner, int graceMilliseconds)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            int left = graceMilliseconds == WorkerOptions.Forever
                ? -1
                : Math.Max(graceMilliseconds - (int)Math.Min(Stopwatch.GetElapsedTime(began).TotalMilliseconds, int.MaxValue), 0);
            var polled = new Libc.pollfd { fd = listener.Raw, events = Libc.POLLIN };
            if (Libc.poll(&polled, 1, left) == 0)
                return null;
            if (!AdoptionSocket.TryAccept(listener, out FileDescriptor? connection, out uint user).IsSuccess)
                continue;
            if (user == Root || user == owner)
                return new WorkerChannel(connection!);
            connection!.Dispose();
        }
    }
}
