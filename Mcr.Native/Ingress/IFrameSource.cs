namespace Mcr.Native.Ingress;

/// <summary>Where the loop takes frames from: a packet socket, its mapped ring, or memory in specs and benchmarks.</summary>
public interface IFrameSource : IDisposable
{
    /// <summary>For poll(2); negative when there is nothing to wait for.</summary>
    int Descriptor { get; }

    /// <summary>Fills the batch from its beginning, without waiting. What the last call delivered is given back.</summary>
    /// <returns>How many frames; 0 when none is there.</returns>
    int Receive(FrameBatch batch);

    /// <summary>Gives back what the last <see cref="Receive"/> delivered: nobody looks at those bytes any more.</summary>
    void Release();
}
