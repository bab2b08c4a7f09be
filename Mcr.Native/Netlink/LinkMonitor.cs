using System.Buffers.Binary;
using Mcr.Native.Interop;

namespace Mcr.Native.Netlink;

/// <summary>
/// Watches the network devices and addresses of a namespace by rtnetlink(7), on a thread of its own. What the kernel says is only taken as "look
/// again": everything that waits is read away, then one dump tells how things are. So news that come in a burst cost one look, and news
/// that were lost (ENOBUFS) cost nothing.
/// </summary>
public sealed unsafe class LinkMonitor : IDisposable
{
    /// <summary>When the devices change faster than they can be listed.</summary>
    private const int RetryMilliseconds = 10;

    private readonly LinkIncarnations _incarnations;
    private readonly Action<LinkTable> _onChange;
    private readonly Action<Exception> _onFailure;
    private readonly FileDescriptor _news;
    private readonly FileDescriptor _stop;
    private readonly Thread _thread;
    private LinkTable? _last;

    /// <summary>Watches the calling thread's network namespace.</summary>
    /// <param name="incarnations">Of this namespace, from the monitor before; nobody else uses them while this lives.</param>
    /// <param name="onChange">Called on the thread of the monitor: at first, and whenever anything differs.</param>
    /// <param name="onFailure">The last call, when it cannot go on.</param>
    /// <exception cref="LinuxException">the kernel refused, or there are no descriptors left.</exception>
    public LinkMonitor(LinkIncarnations incarnations, Action<LinkTable> onChange, Action<Exception> onFailure)
    {
        _incarnations = incarnations;
        _onChange = onChange;
        _onFailure = onFailure;
        _news = SocketOptions.Open(Libc.AF_NETLINK, Libc.SOCK_RAW, Libc.NETLINK_ROUTE, "rtnetlink socket");
        try
        {
            var groups = new Libc.sockaddr_nl { nl_family = Libc.AF_NETLINK, nl_groups = Libc.RTMGRP_LINK | Libc.RTMGRP_IPV4_IFADDR | Libc.RTMGRP_IPV6_IFADDR };
            SysResult.From(Libc.bind(_news.Raw, &groups, sizeof(Libc.sockaddr_nl))).OrThrow("listen to rtnetlink");
            _stop = new FileDescriptor(SysResult.From(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK)).OrThrow("eventfd"));
        }
        catch
        {
            _news.Dispose();
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "links" };
        _thread.Start(); // born in the namespace of its parent, and so are the sockets that it makes
    }

    /// <summary>No call comes after this has returned. Not from within a call.</summary>
    public void Dispose()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        fixed (byte* bytes = one)
            _ = Libc.write(_stop.Raw, bytes, one.Length);
        _thread.Join();
        _news.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            bool isKnown = false;
            do
            {
                ReadNewsAway();
                isKnown = Look();
            }
            while (Sleep(isKnown ? -1 : RetryMilliseconds));
        }
        catch (Exception e)
        {
            _onFailure(e);
        }
    }

    /// <returns>false when it is time to end.</returns>
    private bool Sleep(int milliseconds)
    {
        Libc.pollfd* polled = stackalloc Libc.pollfd[2];
        polled[0] = new Libc.pollfd { fd = _news.Raw, events = Libc.POLLIN };
        polled[1] = new Libc.pollfd { fd = _stop.Raw, events = Libc.POLLIN };
        SysResult woken = SysResult.From(Libc.poll(polled, 2, milliseconds));
        if (!woken.Is(Libc.EINTR))
            woken.OrThrow("wait for rtnetlink");
        return (polled[1].revents & Libc.POLLIN) == 0;
    }

    /// <summary>Of the news themselves only deletions are kept: an index may be taken again before anybody looks.</summary>
    private void ReadNewsAway()
    {
        const int LongestNews = 32 * 1024; // a longer one is cut off, which does no harm
        byte* buffer = stackalloc byte[LongestNews];
        while (true)
        {
            SysResult read = SysResult.From(Libc.read(_news.Raw, buffer, LongestNews));
            if (read.Is(Libc.EAGAIN))
                return;
            if (read.Is(Libc.EINTR) || read.Is(Libc.ENOBUFS))
                continue;
            var parser = new NetlinkParser();
            parser.Take(new ReadOnlySpan<byte>(buffer, read.OrThrow("read from rtnetlink")));
            foreach (int index in parser.Gone)
                _incarnations.Gone(index);
        }
    }

    /// <returns>false when there was no telling.</returns>
    private bool Look()
    {
        LinkTable table;
        try
        {
            table = _incarnations.Number(LinkReader.Read());
        }
        catch (LinuxException e) when (e.Errno == Libc.EAGAIN)
        {
            return false;
        }

        if (_last is null || !_last.IsSame(table))
            _onChange(table);
        _last = table;
        return true;
    }
}
