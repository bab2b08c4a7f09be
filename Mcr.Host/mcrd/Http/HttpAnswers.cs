using System.Net;
using System.Text;
using Mcr.Actors.Metrics;
using Mcr.Host.Mcrd.Health;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mcr.Host.Mcrd.Http;

/// <summary>
/// A request's whole way: who may ask here, what is asked for, its answer. GET and HEAD only; nothing that a request says is repeated but the methods that are allowed, so there is nothing
/// to smuggle through.
/// </summary>
/// <param name="isLoopback">Only programs of this host are to ask: a name that some web page has for it is not one of ours (DNS rebinding).</param>
internal sealed class HttpAnswers(SnapshotSource source, PrometheusText metrics, HealthCheckService health, HealthNews news, bool isLoopback)
{
    private const string Get = "GET"; // and not "get": methods are case-sensitive (RFC 9110, 9.1)
    private const string Head = "HEAD";
    private const string Healthz = "/healthz";
    private const string Readyz = "/readyz";
    private const string PlainText = "text/plain; charset=utf-8";
    private const string Help = "/metrics  for Prometheus\n/healthz  whether mcrd answers\n/readyz   whether it relays what it should\n";

    private readonly Lock _lock = new();
    private RelaySnapshot? _written;
    private byte[] _text = [];

    public async Task AnswerAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(HttpLimits.Longest);
        try
        {
            await AnswerAsync(context, limit.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            if (context.Response.HasStarted)
                context.Abort();
            else
                await SayAsync(context, StatusCodes.Status503ServiceUnavailable, PlainText, $"no answer within {HttpLimits.Longest.TotalSeconds:0} s\n", context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken abort)
    {
        HttpRequest request = context.Request;
        if (request.Method is not (Get or Head))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await SayAsync(context, StatusCodes.Status405MethodNotAllowed, PlainText, "only GET and HEAD are answered\n", abort);
        }
        else if (isLoopback && !IsOurs(request.Host))
        {
            await SayAsync(context, StatusCodes.Status421MisdirectedRequest, PlainText, "this port is for programs of this host, which call it localhost or by its loopback address\n", abort);
        }
        else
        {
            await (request.Path.Value switch
            {
                "/metrics" => MetricsAsync(context, abort),
                Healthz => HealthAsync(context, HealthTags.Live, abort),
                Readyz => HealthAsync(context, HealthTags.Ready, abort),
                "/" => SayAsync(context, StatusCodes.Status200OK, PlainText, Help, abort),
                _ => SayAsync(context, StatusCodes.Status404NotFound, PlainText, "there is /metrics, /healthz and /readyz\n", abort),
            });
        }
    }

    private async Task MetricsAsync(HttpContext context, CancellationToken abort)
    {
        RelaySnapshot snapshot = await source.TakeAsync(abort);
        await SayAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, TextOf(snapshot), abort);
    }

    private async Task HealthAsync(HttpContext context, string tag, CancellationToken abort)
    {
        HealthReport report = await health.CheckHealthAsync(check => check.Tags.Contains(tag), abort);
        news.Take(tag == HealthTags.Live ? Healthz : Readyz, report);
        int status = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await SayAsync(context, status, "application/json", HealthJson.Of(report), abort);
    }

    /// <summary>Written once for all who are answered by the same snapshot.</summary>
    private byte[] TextOf(RelaySnapshot snapshot)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_written, snapshot))
                (_written, _text) = (snapshot, Encoding.UTF8.GetBytes(metrics.Write()));
            return _text;
        }
    }

    private static Task SayAsync(HttpContext context, int status, string type, string text, CancellationToken abort) => SayAsync(context, status, type, Encoding.UTF8.GetBytes(text), abort);

    private static async Task SayAsync(HttpContext context, int status, string type, byte[] body, CancellationToken abort)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Connection = "close"; // nobody keeps one of the few places
        context.Response.ContentLength = body.Length;
        if (context.Request.Method != Head)
            await context.Response.Body.WriteAsync(body, abort);
    }

    private static bool IsOurs(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
