using Mcr.Native.Interop;

namespace Mcr.Specs.Fixtures;

/// <summary>
/// While it lasts, nothing in this process gets another descriptor (EMFILE), and what is open goes on. Only where no other spec runs beside
/// (<see cref="SerialPackets"/>), and not for long.
/// </summary>
internal sealed unsafe class DescriptorShortage : IDisposable
{
    private readonly Libc.rlimit _before;

    public DescriptorShortage()
    {
        Libc.rlimit before;
        SysResult.From(Libc.getrlimit(Libc.RLIMIT_NOFILE, &before)).OrThrow("getrlimit");
        _before = before;
        Set(before with { rlim_cur = 3 }); // those are in use
    }

    public void Dispose() => Set(_before);

    private static void Set(Libc.rlimit limit) => SysResult.From(Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit)).OrThrow("setrlimit");
}
