using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Mcr.Actors.Configuration;

namespace Mcr.Actors.Platform;

/// <summary>
/// Posts over HTTP. Whatever is at the other end costs at most the timeout, 8 KiB of headers and 4 KiB of body: no redirect is followed, no cookie kept, and what is
/// left of an answer is not read. Nothing of the environment (http_proxy) is used.
/// </summary>
internal sealed class HttpWebhook : IWebhook
{
    private const int MostHeaderKilobytes = 8;
    private const int MostBody = 4096;
    private const int MostQuoted = 200; // characters of what the receiver says

    /// <summary>Addresses are looked up again after this: a receiver may move.</summary>
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    private readonly WebhookSettings _settings;
    private readonly string _agent;
    private readonly HttpMessageInvoker _http;
    private readonly CancellationTokenSource _closing = new();

    /// <param name="agent">What it calls itself.</param>
    public HttpWebhook(WebhookSettings settings, string agent)
    {
        _settings = settings;
        _agent = agent;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = settings.Timeout,
            MaxConnectionsPerServer = 1,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            MaxResponseDrainSize = MostBody,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = ConnectionLife,
        });
    }

    public async Task<WebhookReply> PostAsync(byte[] json)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(_settings.Timeout);
        using HttpRequestMessage request = Request(json);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? new WebhookReply(WebhookVerdict.Taken)
                : Judge(response, await ReadAsync(response, limit.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            return new WebhookReply(WebhookVerdict.Failed, $"there was no answer within {_settings.Timeout.TotalSeconds:0.###} s") { Kind = "timeout" };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new WebhookReply(WebhookVerdict.Failed, Quote((e as HttpRequestException)?.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError ? e.Message : (e.InnerException ?? e).Message))
            {
                Kind = (e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name,
            };
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        _http.Dispose();
    }

    private HttpRequestMessage Request(byte[] json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _settings.Url) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", _agent);
        if (_settings.Authorization.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", _settings.Authorization);
        return request;
    }

    private static WebhookReply Judge(HttpResponseMessage response, string said)
    {
        int status = (int)response.StatusCode;
        string kind = status.ToString(CultureInfo.InvariantCulture);
        string why = $"the answer is {status}{(said.Length > 0 ? $" ({said})" : "")}";
        bool isForAnotherTime = status >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        if (!isForAnotherTime)
            return new WebhookReply(WebhookVerdict.Refused, status is >= 300 and < 400 ? $"{why}, which sends us elsewhere; give the URL where it ends" : why) { Kind = kind };
        RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
        return new WebhookReply(WebhookVerdict.Failed, why, retry?.Delta ?? (retry?.Date is { } date ? date - DateTimeOffset.UtcNow : null)) { Kind = kind };
    }

    /// <summary>As much of what the receiver says as fits into a line.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken limit)
    {
        byte[] start = new byte[MostQuoted];
        int got = 0;
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(limit).ConfigureAwait(false);
            got = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // The status has come, and says enough.
        }

        return Quote(Encoding.UTF8.GetString(start, 0, got).Trim());
    }

    /// <summary>Part of a sentence of ours.</summary>
    private static string Quote(string text) => RuleText.OneLine(text.Length > MostQuoted ? text[..MostQuoted] + "…" : text.TrimEnd('.'));
}
