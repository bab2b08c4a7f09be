using Mcr.Native.Ingress;

namespace Mcr.Native.Loop;

/// <summary>A source of frames, and what it takes to read datagrams in them. Loop thread only.</summary>
/// <param name="linkHeader">Bytes in front of the IP header.</param>
/// <param name="reassembly">Of its fragments; null: they are counted and dropped. Sources of one device share it, as they share its datagrams.</param>
internal sealed class FrameInlet(IFrameSource source, int linkHeader, Reassembly? reassembly)
{
    public IFrameSource Source => source;

    public int LinkHeader => linkHeader;

    public Reassembly? Reassembly => reassembly;

    /// <summary>After a flush: nobody looks at what it has delivered any more.</summary>
    public void Release()
    {
        source.Release();
        reassembly?.Release();
    }
}
