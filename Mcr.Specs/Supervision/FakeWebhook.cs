using System.Collections.Concurrent;
using System.Text.Json;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;
using Mcr.Actors.Platform;

namespace Mcr.Specs.Supervision;

/// <summary>A receiver of events that answers when the spec says so.</summary>
internal sealed class FakeWebhook(WebhookSettings settings) : IWebhook
{
    private readonly BlockingCollection<(WebhookPostEntry Post, TaskCompletionSource<WebhookReply> Answer)> _posts = [];

    public WebhookSettings Settings => settings;

    public volatile bool IsDisposed;

    /// <summary>Makes whoever posts crash.</summary>
    public volatile bool Breaks;

    public Task<WebhookReply> PostAsync(byte[] json)
    {
        if (Breaks)
            throw new InvalidOperationException("planted");
        var answer = new TaskCompletionSource<WebhookReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _posts.Add((JsonSerializer.Deserialize(json, ResponseJson.Default.WebhookPostEntry)!, answer));
        return answer.Task;
    }

    /// <summary>The next post, which waits for its answer.</summary>
    public (WebhookPostEntry Post, TaskCompletionSource<WebhookReply> Answer) Next() =>
        _posts.TryTake(out var post, TimeSpan.FromSeconds(10)) ? post : throw new TimeoutException("nothing was posted");

    /// <summary>Nothing was posted that <see cref="Next"/> has not had.</summary>
    public bool IsQuiet => _posts.Count == 0;

    public void Dispose() => IsDisposed = true;
}
