using System.Net.Sockets;
using System.Text;

namespace Mcr.Specs.Service;

/// <summary>In systemd's place: a socket that is told what sd_notify(3) tells.</summary>
internal sealed class NotifyPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory($"mcr-spec-{Environment.ProcessId}-notify-");

    public NotifyPort() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

    public string Path => System.IO.Path.Combine(_directory.FullName, "notify");

    /// <summary>The next that is no <c>WATCHDOG=1</c>.</summary>
    public string Next() => Until(message => message != "WATCHDOG=1");

    /// <summary>The next that is so.</summary>
    public string Until(Func<string, bool> isSo)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            string message = Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer));
            if (isSo(message))
                return message;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Delete(recursive: true);
    }
}
