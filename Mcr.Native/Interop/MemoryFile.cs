using System.Text;

namespace Mcr.Native.Interop;

/// <summary>memfd_create(2): memory that can be passed to another process.</summary>
internal static unsafe class MemoryFile
{
    /// <param name="name">Seen in /proc/PID/maps only.</param>
    public static FileDescriptor Create(string name)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + "\0"))
            return new FileDescriptor(SysResult.From(Libc.memfd_create(bytes, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING)).OrThrow("memfd_create"));
    }

    /// <summary>A sealed file with these bytes: whoever receives it can trust that it stays as it is.</summary>
    public static FileDescriptor CreateSealed(string name, ReadOnlySpan<byte> content)
    {
        FileDescriptor memory = Create(name);
        try
        {
            long at = 0;
            while (at < content.Length)
            {
                fixed (byte* bytes = content[(int)at..])
                    at += SysResult.From(Libc.pwrite(memory.Raw, bytes, (nuint)(content.Length - at), at)).OrThrow("write memory file");
            }

            SysResult.From(Libc.fcntl(memory.Raw, Libc.F_ADD_SEALS, Libc.F_SEAL_WRITE | Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL)).OrThrow("seal memory file");
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Reads a passed memory file whole.</summary>
    /// <exception cref="InvalidDataException">it is not sealed, or shorter than announced.</exception>
    public static byte[] ReadSealed(FileDescriptor memory, int length)
    {
        const int Needed = Libc.F_SEAL_WRITE | Libc.F_SEAL_SHRINK;
        if ((SysResult.From(Libc.fcntl(memory.Raw, Libc.F_GET_SEALS, 0)).OrThrow("seals of a memory file") & Needed) != Needed)
            throw new InvalidDataException("the passed memory file is not sealed");
        byte[] content = new byte[length];
        int at = 0;
        while (at < length)
        {
            int read;
            fixed (byte* bytes = content)
                read = SysResult.From(Libc.pread(memory.Raw, bytes + at, (nuint)(length - at), at)).OrThrow("read memory file");
            if (read == 0)
                throw new InvalidDataException($"the passed memory file has {at} bytes, {length} were announced");
            at += read;
        }

        return content;
    }
}
