namespace Mcr.Native.Worker;

/// <summary>
/// What a worker does when its mcrd is gone: it relays on with what it has for the grace it was given. The adoption by another mcrd
/// will wait here; without it the grace is what mcrd's greeting says, 0 for now, because two workers on one input would double.
/// </summary>
internal static class Orphanage
{
    public static void Wait(int graceMilliseconds)
    {
        Console.Error.WriteLine(graceMilliseconds == 0
            ? "mcrd worker: mcrd is gone; stopping"
            : $"mcrd worker: mcrd is gone; relaying on for {graceMilliseconds} ms");
        Thread.Sleep(graceMilliseconds);
    }
}
