using System.Text;
using Mcr.Native.Interop;
using Microsoft.Win32.SafeHandles;

namespace Mcr.Native.Worker;

/// <summary>
/// The socket by which a worker is found when its mcrd is gone: made by mcrd in its runtime directory, for nobody but its own user, and passed to the
/// worker, who accepts from it only while it has no mcrd. SEQPACKET, as the channel that an accepted connection becomes.
/// </summary>
public static unsafe class AdoptionSocket
{
    private const int Backlog = 4;

    /// <summary>Makes it, in place of what an earlier process has left under that name.</summary>
    /// <exception cref="LinuxException">the directory is not there, or may not be written.</exception>
    public static FileDescriptor Listen(string path)
    {
        FileDescriptor socket = Open();
        try
        {
            // The file gets the mode of the socket itself, so that at no moment anybody else may connect.
            using (var handle = new SafeFileHandle(socket.Raw, ownsHandle: false))
                File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Delete(path);
            Libc.sockaddr_un address = Address(path);
            SysResult.From(Libc.bind(socket.Raw, &address, sizeof(Libc.sockaddr_un))).OrThrow($"make the adoption socket {path}");
            SysResult.From(Libc.listen(socket.Raw, Backlog)).OrThrow($"listen on the adoption socket {path}");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a worker; what comes has the sender's pid with it.</summary>
    /// <param name="patience">How long one receive waits.</param>
    /// <returns>ECONNREFUSED: nobody has the socket any more. EAGAIN: too many are waiting for the worker already.</returns>
    public static SysResult TryConnect(string path, TimeSpan patience, out WorkerChannel? channel)
    {
        channel = null;
        FileDescriptor socket = Open();
        try
        {
            SocketOptions.Set(socket, Libc.SOL_SOCKET, Libc.SO_PASSCRED, 1, "SO_PASSCRED");
            Libc.sockaddr_un address = Address(path);
            var connected = SysResult.From(Libc.connect(socket.Raw, &address, sizeof(Libc.sockaddr_un)));
            if (!connected.IsSuccess)
            {
                socket.Dispose();
                return connected;
            }

            SetBlocking(socket);
            SetPatience(socket, patience);
            channel = new WorkerChannel(socket);
            return connected;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The channel is one like any other from now on.</summary>
    public static void Settle(WorkerChannel channel)
    {
        SetPatience(channel.Descriptor, TimeSpan.Zero);
        SocketOptions.Set(channel.Descriptor, Libc.SOL_SOCKET, Libc.SO_PASSCRED, 0, "SO_PASSCRED");
    }

    /// <summary>
    /// Kills the worker that has spoken on the channel and waits until it is gone. Needs nothing but the channel, so it works where there is no
    /// descriptor left.
    /// </summary>
    /// <param name="hasJustSpoken">Then the pid is its own, even if it has hung up; else that is so while it has not.</param>
    public static void Kill(WorkerChannel channel, TimeSpan patience, bool hasJustSpoken = false)
    {
        if (channel.SenderPid <= 0 || (!hasJustSpoken && HasHungUp(0)))
            return;
        if (Libc.kill(channel.SenderPid, Libc.SIGKILL) == 0)
            _ = HasHungUp((int)patience.TotalMilliseconds);

        bool HasHungUp(int milliseconds)
        {
            var polled = new Libc.pollfd { fd = channel.Descriptor.Raw }; // a hang-up is told unasked
            return Libc.poll(&polled, 1, milliseconds) > 0;
        }
    }

    /// <summary>The worker's side: the next connection, if there is one.</summary>
    /// <param name="user">Of who connected.</param>
    internal static SysResult TryAccept(FileDescriptor listener, out FileDescriptor? connection, out uint user)
    {
        connection = null;
        user = uint.MaxValue;
        var accepted = SysResult.From(Libc.accept4(listener.Raw, null, null, Libc.SOCK_CLOEXEC));
        if (!accepted.IsSuccess)
            return accepted;
        connection = new FileDescriptor(accepted.Value);
        Libc.ucred credentials;
        int length = sizeof(Libc.ucred);
        if (SysResult.From(Libc.getsockopt(connection.Raw, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length)).IsSuccess)
            user = credentials.uid;
        return accepted;
    }

    private static FileDescriptor Open() => SocketOptions.Open(Libc.AF_UNIX, Libc.SOCK_SEQPACKET, 0, "adoption socket");

    private static void SetBlocking(FileDescriptor socket) => SysResult.From(Libc.fcntl(socket.Raw, Libc.F_SETFL, 0)).OrThrow("fcntl(F_SETFL)");

    private static void SetPatience(FileDescriptor socket, TimeSpan patience)
    {
        var time = new Libc.timeval { tv_sec = (nint)patience.TotalSeconds, tv_usec = patience.Milliseconds * 1000 };
        SysResult.From(Libc.setsockopt(socket.Raw, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, &time, sizeof(Libc.timeval))).OrThrow("SO_RCVTIMEO");
    }

    private static Libc.sockaddr_un Address(string path)
    {
        var address = new Libc.sockaddr_un { sun_family = Libc.AF_UNIX };
        var room = new Span<byte>(address.sun_path, 107);
        if (!Encoding.UTF8.TryGetBytes(path, room, out _))
            throw new LinuxException($"the path {path} is too long for a Unix socket: choose a shorter runtime-directory", Libc.EINVAL);
        return address;
    }
}
