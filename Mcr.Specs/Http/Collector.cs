using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Mcr.Specs.Http;

/// <summary>In an OpenTelemetry collector's place: takes what is posted, and keeps it.</summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string? Authorization, string Body)> _posts = new();
    private readonly Task _serving;

    public Collector()
    {
        Port = HttpPort.FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port { get; }

    /// <summary>Protobuf, as text: what is text in it is found as such.</summary>
    public string[] PostsTo(string path) => [.. _posts.Where(p => p.Path == path).Select(p => p.Body)];

    public string?[] Authorizations => [.. _posts.Select(p => p.Authorization).Distinct()];

    public void Forget() => _posts.Clear();

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            _posts.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["authorization"], Encoding.UTF8.GetString(body.ToArray())));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait(TimeSpan.FromSeconds(5));
    }
}
