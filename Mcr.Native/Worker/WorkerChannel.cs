using Mcr.Native.Interop;

namespace Mcr.Native.Worker;

/// <summary>
/// One end of the SEQPACKET socketpair between mcrd and a worker: whole messages and the descriptors that come with them. Not
/// thread-safe: one thread sends, one receives.
/// </summary>
public sealed unsafe class WorkerChannel(FileDescriptor descriptor) : IDisposable
{
    private readonly byte[] _record = new byte[WorkerMessage.MaxRecord]; // the receiver's

    public FileDescriptor Descriptor => descriptor;

    /// <summary>Who sent the last message, as the kernel says; 0 on a channel that does not ask (SO_PASSCRED).</summary>
    public int SenderPid { get; private set; }

    /// <summary>A connected pair, both ends close-on-exec and blocking.</summary>
    public static (FileDescriptor Ours, FileDescriptor Theirs) CreatePair()
    {
        int* pair = stackalloc int[2];
        SysResult.From(Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_SEQPACKET | Libc.SOCK_CLOEXEC, 0, pair)).OrThrow("socketpair");
        return (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    /// <summary>A message has come, or the other side is gone.</summary>
    public bool HasMessage
    {
        get
        {
            var polled = new Libc.pollfd { fd = descriptor.Raw, events = Libc.POLLIN };
            return Libc.poll(&polled, 1, 0) > 0;
        }
    }

    /// <summary>Sends one message with its descriptors, which stay the caller's.</summary>
    /// <returns>EAGAIN when <paramref name="wait"/> is false and the other side is behind; EPIPE when it is gone.</returns>
    public SysResult TrySend(WorkerMessage message, IReadOnlyList<FileDescriptor> descriptors, bool wait)
    {
        if (descriptors.Count != message.Descriptors)
            throw new ArgumentException($"{message} needs {message.Descriptors} descriptors, {descriptors.Count} given", nameof(descriptors));
        byte[] record = WorkerCodec.Encode(message);
        byte* control = stackalloc byte[(int)ControlMessage.Space(WorkerMessage.MaxDescriptors * sizeof(int))];
        fixed (byte* bytes = record)
        {
            var vector = new Libc.iovec { iov_base = bytes, iov_len = (nuint)record.Length };
            var header = new Libc.msghdr { msg_iov = &vector, msg_iovlen = 1 };
            if (descriptors.Count > 0)
            {
                nuint data = (nuint)(descriptors.Count * sizeof(int));
                *(Libc.cmsghdr*)control = new Libc.cmsghdr { cmsg_len = ControlMessage.Length(data), cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_RIGHTS };
                int* numbers = (int*)(control + sizeof(Libc.cmsghdr));
                for (int i = 0; i < descriptors.Count; i++)
                    numbers[i] = descriptors[i].Raw;
                header.msg_control = control;
                header.msg_controllen = ControlMessage.Space(data);
            }

            SysResult result;
            do
                result = SysResult.From(Libc.sendmsg(descriptor.Raw, &header, Libc.MSG_NOSIGNAL | (wait ? 0 : Libc.MSG_DONTWAIT)));
            while (result.Is(Libc.EINTR));
            return result;
        }
    }

    /// <summary>Waits for the next message.</summary>
    /// <returns>null at the end of the channel: the other side is gone.</returns>
    /// <exception cref="InvalidDataException">the other side does not keep to the protocol; received descriptors are closed.</exception>
    /// <exception cref="LinuxException">nothing came in time, or we have no room for what came; received descriptors are closed.</exception>
    public WorkerMessage? Receive(out FileDescriptor[] descriptors)
    {
        descriptors = [];
        const int ControlBytes = 1024; // more than CMSG_SPACE(200 × 4)
        byte* control = stackalloc byte[ControlBytes];
        byte[] record = _record;
        Libc.msghdr header;
        int length;
        fixed (byte* bytes = record)
        {
            var vector = new Libc.iovec { iov_base = bytes, iov_len = (nuint)record.Length };
            SysResult result;
            do
            {
                header = new Libc.msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = ControlBytes };
                result = SysResult.From(Libc.recvmsg(descriptor.Raw, &header, Libc.MSG_CMSG_CLOEXEC));
            }
            while (result.Is(Libc.EINTR) || result.Is(Libc.ECONNRESET)); // reset: said once, by a side that went unread; what it sent before is still here
            length = result.OrThrow("receive on the worker channel");
        }

        FileDescriptor[] received = Descriptors(header);
        if (length == 0 && received.Length == 0)
            return null;
        try
        {
            if ((header.msg_flags & Libc.MSG_CTRUNC) != 0 && received.Length < WorkerMessage.MaxDescriptors)
                throw new LinuxException("take the descriptors of a message", Libc.EMFILE); // there was room for more of them here, but not in our table
            if ((header.msg_flags & (Libc.MSG_TRUNC | Libc.MSG_CTRUNC)) != 0)
                throw new InvalidDataException("a record larger than the protocol allows");
            WorkerMessage message = WorkerCodec.Decode(record.AsSpan(0, length));
            if (received.Length != message.Descriptors)
                throw new InvalidDataException($"{message.Descriptors} descriptors announced, {received.Length} came");
            descriptors = received;
            return message;
        }
        catch (Exception e) when (e is InvalidDataException or LinuxException)
        {
            foreach (FileDescriptor unclaimed in received)
                unclaimed.Dispose();
            throw;
        }
    }

    public void Dispose() => descriptor.Dispose();

    private FileDescriptor[] Descriptors(Libc.msghdr header)
    {
        var found = new List<FileDescriptor>();
        byte* at = (byte*)header.msg_control;
        byte* end = at + header.msg_controllen;
        while (end - at >= sizeof(Libc.cmsghdr))
        {
            var control = (Libc.cmsghdr*)at;
            if (control->cmsg_len < (nuint)sizeof(Libc.cmsghdr) || control->cmsg_len > (nuint)(end - at))
                break;
            if (control->cmsg_level == Libc.SOL_SOCKET && control->cmsg_type == Libc.SCM_RIGHTS)
            {
                int* numbers = (int*)(at + sizeof(Libc.cmsghdr));
                int count = (int)((control->cmsg_len - (nuint)sizeof(Libc.cmsghdr)) / sizeof(int));
                for (int i = 0; i < count; i++)
                    found.Add(new FileDescriptor(numbers[i]));
            }

            if (control->cmsg_level == Libc.SOL_SOCKET && control->cmsg_type == Libc.SCM_CREDENTIALS && control->cmsg_len >= ControlMessage.Length((nuint)sizeof(Libc.ucred)))
                SenderPid = ((Libc.ucred*)(at + sizeof(Libc.cmsghdr)))->pid;
            at += ControlMessage.Align(control->cmsg_len);
        }

        return [.. found];
    }
}
