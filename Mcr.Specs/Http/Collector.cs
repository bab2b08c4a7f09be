using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mcr.Native.Namespaces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mcr.Specs.Http;

/// <summary>In an OpenTelemetry collector's place, in a namespace: takes what is posted, by HTTP or gRPC, and keeps it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, string? Authorization, string Body)> _posts = new();
    private readonly WebApplication _web;
    private readonly Socket _socket;

    private Collector(NetworkNamespace place, HttpProtocols protocol)
    {
        _socket = place.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        });
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.ListenHandle((ulong)_socket.Handle, endpoint => endpoint.Protocols = protocol));
        _web = builder.Build();
        _web.Run(TakeAsync);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public string?[] Authorizations => [.. _posts.Select(p => p.Authorization).Distinct()];

    public static async Task<Collector> OpenAsync(NetworkNamespace place, bool isGrpc)
    {
        var collector = new Collector(place, isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        await collector._web.StartAsync();
        return collector;
    }

    /// <summary>Ends of paths at which nothing is taken.</summary>
    public string[] Refused { get; set; } = [];

    /// <summary>Protobuf, as text: what is text in it is found as such.</summary>
    /// <param name="end">Of the path: HTTP and gRPC have others.</param>
    public string[] PostsTo(params string[] end) => [.. _posts.Where(p => end.Any(e => p.Path.EndsWith(e, StringComparison.Ordinal))).Select(p => p.Body)];

    public void Forget() => _posts.Clear();

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _socket.Dispose();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _posts.Enqueue((context.Request.Path, context.Request.Headers.Authorization, Encoding.UTF8.GetString(body.ToArray())));
        bool isRefused = Refused.Any(end => context.Request.Path.Value!.EndsWith(end, StringComparison.Ordinal));
        if (context.Request.ContentType is not "application/grpc")
        {
            context.Response.StatusCode = isRefused ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
            return;
        }

        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", isRefused ? "3" : "0");
        await context.Response.Body.WriteAsync(new byte[5]); // a message of no bytes, not compressed
    }
}
