using System.Collections.Immutable;
using Mcr.Actors.Configuration;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;

namespace Mcr.Actors.Events;

/// <summary>
/// Which events are posted when. One post at a time, with all that have come meanwhile; one that fails is posted again, the same, with growing delay; one that is refused
/// is given up. What waits is bounded; the oldest go first, and the next post says how many are lost. Immutable and pure.
/// </summary>
internal sealed record WebhookState(WebhookSettings Settings)
{
    /// <summary>Events in one post: some tens of kilobytes.</summary>
    public const int MostInPost = 100;

    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    /// <summary>A receiver may ask for more patience than we have, but not for any.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    private ImmutableList<NumberedEvent> _waiting = [];

    /// <summary>The one that is being posted, or is to be posted again.</summary>
    private WebhookPost? Current { get; init; }

    /// <summary>An answer is awaited, of this number; any other is of a post that was given up.</summary>
    private long Attempt { get; init; }

    private bool IsPosting { get; init; }

    /// <summary>Nothing is posted until the timer says so.</summary>
    private bool IsResting { get; init; }

    /// <summary>In a row.</summary>
    private int Failures { get; init; }

    private long LastPost { get; init; }

    private long Posted { get; init; }

    private long Dropped { get; init; }

    /// <summary>Dropped, and no post that was taken has said so.</summary>
    private long Unsaid { get; init; }

    private bool IsOverflowing { get; init; }

    private WebhookReply? Trouble { get; init; }

    private DateTimeOffset? Since { get; init; }

    public RelayQueries.WebhookReport Report => new(Settings.Place, Posted, Waiting, Dropped, Trouble?.Why, Since);

    public int Waiting => _waiting.Count + (Current?.Events.Length ?? 0);

    public (WebhookState Next, ImmutableArray<WebhookEffect> Effects) Take(NumberedEvent news)
    {
        if (news.Event.Severity < Settings.MinSeverity)
            return (this, []);
        WebhookState next = (this with { _waiting = _waiting.Add(news) }).Bound();
        ImmutableArray<WebhookEffect> said = next.IsOverflowing && !IsOverflowing ? [new WebhookEffect.TellOverflow()] : [];
        return next.Go(said);
    }

    public (WebhookState Next, ImmutableArray<WebhookEffect> Effects) Answered(long attempt, WebhookReply reply, DateTimeOffset now)
    {
        if (!IsPosting || attempt != Attempt || Current is not { } post)
            return (this, []);
        WebhookState done = this with { IsPosting = false };
        if (reply.Verdict == WebhookVerdict.Taken)
        {
            ImmutableArray<WebhookEffect> said = Trouble is null ? [] : [new WebhookEffect.TellWell()];
            return (done with { Current = null, Posted = Posted + post.Events.Length, Failures = 0, Trouble = null, Since = null, IsOverflowing = false }).Go(said);
        }

        bool isGivenUp = reply.Verdict == WebhookVerdict.Refused;
        done = done with { Failures = Failures + 1, Trouble = reply, Since = Since ?? now, IsResting = true };
        if (isGivenUp)
            done = done with { Current = null, Dropped = Dropped + post.Events.Length, Unsaid = Unsaid + post.Dropped + post.Events.Length };
        TimeSpan delay = reply.RetryAfter is { } wish ? TimeSpan.FromTicks(Math.Clamp(wish.Ticks, FirstRetry.Ticks, LongestRetryAfter.Ticks)) : Delay(done.Failures);
        ImmutableArray<WebhookEffect> news = Trouble?.IsLike(reply) == true ? [] : [new WebhookEffect.Tell(reply, isGivenUp ? post.Events.Length : 0)];
        return (done, [.. news, new WebhookEffect.Rest(delay)]);
    }

    public (WebhookState Next, ImmutableArray<WebhookEffect> Effects) RestIsOver() => (this with { IsResting = false }).Go([]);

    /// <summary>What waits, and what was not answered, goes there; or nowhere.</summary>
    public (WebhookState Next, ImmutableArray<WebhookEffect> Effects) Use(WebhookSettings settings)
    {
        WebhookState next = this with { Settings = settings, IsPosting = false, IsResting = false, Failures = 0, Trouble = null, Since = null };
        return settings.IsOff
            ? (next with { _waiting = [], Current = null, Dropped = Dropped + Waiting, Unsaid = Unsaid + Waiting + (Current?.Dropped ?? 0) }, [])
            : next.Bound().Go([]);
    }

    private WebhookState Bound()
    {
        int tooMany = _waiting.Count - Settings.Queue;
        return tooMany <= 0 ? this : this with { _waiting = _waiting.RemoveRange(0, tooMany), Dropped = Dropped + tooMany, Unsaid = Unsaid + tooMany, IsOverflowing = true };
    }

    private (WebhookState Next, ImmutableArray<WebhookEffect> Effects) Go(ImmutableArray<WebhookEffect> before)
    {
        if (IsPosting || IsResting || Waiting == 0)
            return (this, before);
        WebhookState next = Current is null ? Form() : this;
        next = next with { IsPosting = true, Attempt = Attempt + 1 };
        return (next, [.. before, new WebhookEffect.Post(next.Attempt, next.Current!)]);
    }

    private WebhookState Form()
    {
        int count = Math.Min(_waiting.Count, MostInPost);
        return this with
        {
            Current = new WebhookPost(LastPost + 1, Unsaid, [.. _waiting.Take(count)]),
            _waiting = _waiting.RemoveRange(0, count),
            LastPost = LastPost + 1,
            Unsaid = 0,
        };
    }

    private static TimeSpan Delay(int failures) => TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(failures - 1, 20), LongestRetry.Ticks));
}

/// <param name="Number">From 1; the same when it is posted again.</param>
/// <param name="Dropped">Events that were lost before these.</param>
internal sealed record WebhookPost(long Number, long Dropped, ImmutableArray<NumberedEvent> Events);

/// <summary>What <see cref="WebhookState"/> wants done, in order.</summary>
internal abstract record WebhookEffect
{
    public sealed record Post(long Attempt, WebhookPost Content) : WebhookEffect;

    public sealed record Rest(TimeSpan Delay) : WebhookEffect;

    /// <summary>It fails, or for another reason.</summary>
    /// <param name="GivenUp">Events of the post that was refused.</param>
    public sealed record Tell(WebhookReply Reply, int GivenUp) : WebhookEffect;

    /// <summary>It works again.</summary>
    public sealed record TellWell : WebhookEffect;

    /// <summary>Since it was well last, this is the first event that is dropped for want of room.</summary>
    public sealed record TellOverflow : WebhookEffect;
}
