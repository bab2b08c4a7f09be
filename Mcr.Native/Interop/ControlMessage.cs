namespace Mcr.Native.Interop;

/// <summary>The CMSG_* macros (cmsg(3)). Tmds.LibC's CMSG_LEN aligns the whole sum and is wrong by it; these are compared with C in a spec.</summary>
internal static class ControlMessage
{
    private const nuint HeaderSize = 16; // sizeof(struct cmsghdr), a multiple of the alignment

    public static nuint Align(nuint length) => (length + (nuint)nuint.Size - 1) & ~((nuint)nuint.Size - 1);

    public static nuint Length(nuint data) => HeaderSize + data;

    public static nuint Space(nuint data) => HeaderSize + Align(data);
}
