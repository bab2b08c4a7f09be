namespace Mcr.Native.Ingress;

/// <summary>Where the loop takes frames from: a packet socket, or memory in specs and benchmarks.</summary>
public interface IFrameSource
{
    /// <summary>For poll(2); negative when there is nothing to wait for.</summary>
    int Descriptor { get; }

    /// <summary>Fills the batch from its beginning, without waiting.</summary>
    /// <returns>How many frames; 0 when none is there.</returns>
    int Receive(FrameBatch batch);
}
