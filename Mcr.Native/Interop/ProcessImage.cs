using System.Runtime.InteropServices;

namespace Mcr.Native.Interop;

/// <summary>This process as another program: same pid, same terminal, same descriptors 0 to 2.</summary>
public static unsafe class ProcessImage
{
    /// <returns>Only when it could not be: why.</returns>
    public static LinuxException Replace(string program, IReadOnlyList<string> arguments)
    {
        byte** argv = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Count + 2), (nuint)sizeof(byte*));
        argv[0] = (byte*)Marshal.StringToCoTaskMemUTF8(program);
        for (int i = 0; i < arguments.Count; i++)
            argv[i + 1] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        _ = Libc.execv(program, argv); // it returns only in order to fail, and then this process ends
        return new LinuxException($"execv({program})", Marshal.GetLastPInvokeError());
    }
}
