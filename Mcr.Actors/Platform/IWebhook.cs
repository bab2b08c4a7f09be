namespace Mcr.Actors.Platform;

/// <summary>Who takes events, over the network. Disposing of it ends a post under way.</summary>
public interface IWebhook : IDisposable
{
    /// <summary>One at a time. Fails for nothing that a receiver or a network does.</summary>
    Task<WebhookReply> PostAsync(byte[] json);
}

/// <param name="Why">Unless it was taken: a part of a sentence.</param>
/// <param name="RetryAfter">The receiver wants to be left alone for so long; null: it has not said.</param>
public readonly record struct WebhookReply(WebhookVerdict Verdict, string Why = "", TimeSpan? RetryAfter = null)
{
    /// <summary>The same for failures that are one to an operator, whatever the receiver says to each: the status, or what kind of failure it is.</summary>
    public string Kind { get; init; } = "";

    public bool IsLike(WebhookReply other) => Verdict == other.Verdict && Kind == other.Kind && (Kind.Length > 0 || Why == other.Why);
}

/// <summary>What becomes of a post.</summary>
public enum WebhookVerdict
{
    Taken,

    /// <summary>It would be refused again.</summary>
    Refused,

    /// <summary>It may be taken another time.</summary>
    Failed,
}
