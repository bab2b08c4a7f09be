using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Messages;
using Mcr.Native.Rules;

namespace Mcr.Actors.Events;

/// <summary>
/// The alarms of one rule, from samples once a second. Raised at once; cleared when all has been well for <see cref="GoodTime"/>, which doubles for an
/// alarm that comes again within a minute, so that what flaps makes few events. Immutable and pure.
/// </summary>
internal sealed record AlarmState
{
    public static readonly TimeSpan GoodTime = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LongestGoodTime = TimeSpan.FromMinutes(1);

    /// <summary>So long an alarm that is over is remembered, and so long a change of the sender counts as one of several.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Together = TimeSpan.FromSeconds(10);

    /// <param name="first">What was before it is no news.</param>
    public AlarmState(AlarmSample first)
    {
        Last = first;
        (Since, Arrival) = (first.At, first.At);
    }

    private AlarmSample Last { get; init; }

    /// <summary>When it began to be relayed.</summary>
    private TimeSpan Since { get; init; }

    private bool HasArrived { get; init; }

    /// <summary>Of the last datagram, or the beginning.</summary>
    private TimeSpan Arrival { get; init; }

    private TimeSpan? SenderChanged { get; init; }

    private ImmutableDictionary<AlarmKind, Life> Lives { get; init; } = ImmutableDictionary<AlarmKind, Life>.Empty;

    /// <summary>Those that are raised, the oldest first.</summary>
    public ImmutableArray<ActiveAlarm> Active => Lives.IsEmpty ? [] : [.. Lives.Values.Where(l => l.IsActive).Select(l => l.Alarm).OrderBy(a => a.Since).ThenBy(a => a.Kind)];

    /// <param name="settings">Complete.</param>
    public (AlarmState Next, ImmutableArray<AlarmNews> News) Take(AlarmSettings settings, AlarmSample now)
    {
        if (now.Matched < Last.Matched)
            return (new AlarmState(now), [.. Drop("it is counted anew")]);
        bool hasArrived = now.Matched > Last.Matched;
        if (!hasArrived && Lives.IsEmpty && now.Protection is null && settings is { Silence: null or { Ticks: 0 }, RateMin: null or 0 })
            return (this, []); // of most rules of many
        var news = ImmutableArray.CreateBuilder<AlarmNews>();
        AlarmState next = this with { Last = now, HasArrived = HasArrived || hasArrived, Arrival = hasArrived ? now.At : Arrival };
        next = next.LookAtSender(settings, Last, news);
        foreach ((AlarmKind kind, string? trouble) in next.Troubles(settings, Last))
            next = next.Judge(kind, trouble, news, isWorse: kind == AlarmKind.Protection && now.Protection is { IsWorse: true });
        return (next, news.ToImmutable());
    }

    /// <summary>The rule is not relayed any more: its alarms are over.</summary>
    public IEnumerable<AlarmNews> Drop(string why) => Active.Select(a => new AlarmNews(EventKind.AlarmCleared, a.Kind, $"no alarm any more ({a.Sentence}): {why}"));

    private IEnumerable<(AlarmKind Kind, string? Trouble)> Troubles(AlarmSettings settings, AlarmSample before)
    {
        yield return (AlarmKind.Silence, IsSilent(settings)
            ? HasArrived ? $"no datagram has come for {Seconds(Last.At - Arrival)}" : $"no datagram has come in the {Seconds(Last.At - Since)} since it is relayed"
            : null);
        (double second, double ten) = (Last.Traffic.OneSecond.Bits, Last.Traffic.TenSeconds.Bits);
        yield return (AlarmKind.RateMin, settings.RateMin is > 0 and var least && Last.At - Since >= Together && second < least && ten < least
            ? $"{Rate(second)} in the last second and {Rate(ten)} in the last ten are less than {BitRate.Format(least)}/s"
            : null);
        yield return (AlarmKind.RateMax, settings.RateMax is > 0 and var most && second > most && ten > most
            ? $"{Rate(second)} in the last second and {Rate(ten)} in the last ten are more than {BitRate.Format(most)}/s"
            : null);
        yield return (AlarmKind.Loss, settings.Loss == true ? Loss(before) : null);
        yield return (AlarmKind.Protection, settings.Protection == true ? Last.Protection?.Sentence : null);
    }

    private bool IsSilent(AlarmSettings settings) => settings.Silence is { Ticks: > 0 } limit && Last.At - Arrival > limit;

    private string? Loss(AlarmSample before)
    {
        long missing = Last.Losses.Missing - before.Losses.Missing;
        long errors = Last.Losses.ContinuityErrors - before.Losses.ContinuityErrors;
        string[] parts =
        [
            .. missing > 0 ? [$"{missing.ToString("N0", CultureInfo.InvariantCulture)} {(Last.IsLostOnAll ? "on all inputs" : "by sequence number")}"] : (string[])[],
            .. errors > 0 ? [$"{errors.ToString("N0", CultureInfo.InvariantCulture)} MPEG-TS continuity errors"] : (string[])[],
        ];
        return parts.Length == 0 ? null : $"datagrams were missing when they should have come here: {string.Join(", ", parts)}";
    }

    /// <summary>One change is one sender after another; several within some seconds are two at the same time.</summary>
    private AlarmState LookAtSender(AlarmSettings settings, AlarmSample before, ImmutableArray<AlarmNews>.Builder news)
    {
        long changes = Last.SourceChanges - before.SourceChanges;
        bool isSeveral = changes > 1 || (changes == 1 && SenderChanged is { } earlier && Last.At - earlier <= Together);
        if (changes == 1 && !isSeveral)
            news.Add(new AlarmNews(EventKind.SenderChanged, null, "its datagrams come from another sender now"));
        AlarmState next = changes > 0 ? this with { SenderChanged = Last.At } : this;
        return next.Judge(AlarmKind.SecondSource, settings.SecondSource == true && isSeveral ? "datagrams of more than one sender come in turn, and are all relayed (an input may name its source)" : null, news);
    }

    /// <param name="isWorse">It is to be told again.</param>
    private AlarmState Judge(AlarmKind kind, string? trouble, ImmutableArray<AlarmNews>.Builder news, bool isWorse = false)
    {
        Lives.TryGetValue(kind, out Life? life);
        if (trouble is null && life is null)
            return this;
        TimeSpan at = Last.At;
        switch (life)
        {
            case { IsActive: true } when trouble is not null && isWorse:
                news.Add(new AlarmNews(EventKind.AlarmRaised, kind, trouble));
                return With(kind, life with { Alarm = life.Alarm with { Sentence = trouble }, Bad = at });
            case { IsActive: true } when trouble is not null:
                return With(kind, life with { Bad = at });
            case { IsActive: true } when at - life.Bad >= life.Patience:
                news.Add(new AlarmNews(EventKind.AlarmCleared, kind, $"no alarm any more, for {Seconds(at - life.Bad)} ({life.Alarm.Sentence})"));
                return With(kind, life with { IsActive = false, Bad = at });
            case { IsActive: false } when trouble is null && at - life.Bad > Memory:
                return this with { Lives = Lives.Remove(kind) };
            case null or { IsActive: false } when trouble is not null:
                TimeSpan patience = life is null ? GoodTime : TimeSpan.FromTicks(Math.Min(life.Patience.Ticks * 2, LongestGoodTime.Ticks));
                news.Add(new AlarmNews(EventKind.AlarmRaised, kind, trouble));
                return With(kind, new Life(new ActiveAlarm(kind, Last.Now, trouble), IsActive: true, at, patience));
            default:
                return this;
        }
    }

    private AlarmState With(AlarmKind kind, Life life) => this with { Lives = Lives.SetItem(kind, life) };

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    private static string Rate(double bits) => string.Create(CultureInfo.InvariantCulture, $"{bits / 1e6:0.###} Mbit/s");

    /// <param name="Bad">When the trouble was seen last; of one that is over, when that was.</param>
    /// <param name="Patience">All must have been well for so long.</param>
    private sealed record Life(ActiveAlarm Alarm, bool IsActive, TimeSpan Bad, TimeSpan Patience);
}
