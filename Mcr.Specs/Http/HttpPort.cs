using System.Net;
using System.Net.Sockets;
using System.Text;
using Mcr.Actors.Configuration;
using Mcr.Actors.Events;
using Mcr.Actors.Metrics;
using Mcr.Actors.Relay;
using Mcr.Host.Mcrd.Health;
using Mcr.Host.Mcrd.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Mcr.Specs.Http;

/// <summary>The HTTP side of mcrd on a port of its own, with no relay behind it: what it answers is that nothing answers.</summary>
internal sealed class HttpPort : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services;
    private readonly HttpSide _side;

    private HttpPort(int port, string address)
    {
        Port = port;
        var services = new ServiceCollection();
        services.AddMetrics().AddLogging(logging => HealthNews.Quieten(logging).AddProvider(Log));
        services.AddSingleton(_ => new SnapshotSource(new ControlGate(), isInCluster: false));
        SnapshotCheck.AddTo(services.AddHealthChecks(), isInCluster: false);
        _services = services.BuildServiceProvider();
        System.Diagnostics.Metrics.IMeterFactory factory = _services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        SnapshotSource source = _services.GetRequiredService<SnapshotSource>();
        _ = new RelayMetrics(factory, source, "1.0", "spec");
        HostPort listen = HostPort.Parse($"{address}:{port}")!;
        var answers = new HttpAnswers(source, new PrometheusText(factory, EventMetrics.MeterName), _services.GetRequiredService<HealthCheckService>(), new HealthNews(_services.GetRequiredService<ILogger<HealthNews>>()), listen.IsLoopback);
        _side = new HttpSide(listen, answers, _services.GetRequiredService<ILogger<HttpSide>>(), _services.GetRequiredService<ILoggerFactory>());
    }

    public LoggedLines Log { get; } = new();

    public int Port { get; }

    public bool HasEnded => _side.ExecuteTask?.IsCompleted != false;

    public static async Task<HttpPort> OpenAsync(string address = "127.0.0.1", int? port = null)
    {
        var opened = new HttpPort(port ?? FreePort(), address);
        await opened._side.StartAsync(default);
        if (port is null)
            opened.Log.Await("are served at");
        return opened;
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Sends these bytes and reads until the other end closes or has nothing more to say for a request.</summary>
    /// <remarks>Who has not said all of its headers says that nothing more comes: it would not be answered before the server is tired of waiting.</remarks>
    public async Task<string> SayAsync(byte[] bytes)
    {
        using TcpClient client = await ConnectAsync();
        NetworkStream stream = client.GetStream();
        try
        {
            await stream.WriteAsync(bytes);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            using var limit = new CancellationTokenSource(Patience);
            if (bytes.AsSpan().IndexOf("\r\n\r\n"u8) < 0)
                client.Client.Shutdown(SocketShutdown.Send);
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (IOException)
        {
            return ""; // reset: as much of an answer as some deserve
        }
    }

    public Task<string> SayAsync(string text) => SayAsync(Encoding.Latin1.GetBytes(text));

    public Task<string> GetAsync(string path, string method = "GET", string host = "localhost") => SayAsync($"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _side.StopAsync(default);
        _side.Dispose();
        await _services.DisposeAsync();
    }
}
