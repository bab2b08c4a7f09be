using System.Collections.Immutable;
using System.Globalization;
using Mcr.Native.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>
/// Which of messages that are alike are logged: so many in a period that begins with the first of them. The others are counted, and when the
/// period is over one line says how many there were. Pure and immutable; it knows at most <see cref="Capacity"/> kinds of messages at once.
/// </summary>
/// <param name="Most">Of one kind in a period; 0: all.</param>
internal sealed record RepeatFilter(int Most, TimeSpan Period)
{
    public const int Capacity = 1024;

    /// <summary>Shorter templates are a frame for a sentence: <c>{Interface}: {Warning}</c>.</summary>
    private const int LeastOwnLetters = 12;

    /// <summary>Values that say what a message is about.</summary>
    private static readonly HashSet<string> Subjects = new(StringComparer.OrdinalIgnoreCase) { "Rule", "Interface", "Worker", "Number", "Output", "File", "Directory" };

    private ImmutableDictionary<Kind, Run> _runs = ImmutableDictionary<Kind, Run>.Empty;
    private ImmutableQueue<Kind> _byAge = ImmutableQueue<Kind>.Empty; // each of _runs once; all periods are of one length

    /// <summary>When the oldest period is over; null: none has begun.</summary>
    public TimeSpan? NextLook => _byAge.IsEmpty ? null : _runs[_byAge.Peek()].Began + Period;

    /// <summary>There is something that has to be said when its period is over.</summary>
    public bool HoldsBack => _runs.Values.Any(run => run.HeldBack > 0);

    /// <summary>A message has come.</summary>
    /// <returns>Whether it is logged, and the lines before it.</returns>
    public (RepeatFilter Next, bool IsLogged, ImmutableArray<LogLine> Before) Take(LogLine line, TimeSpan now)
    {
        if (Most == 0 || line.Facility == LogFacility.Stats)
            return (this, true, []);
        (RepeatFilter next, ImmutableArray<LogLine> before) = Look(now);
        var kind = Kind.Of(line);
        if (!next._runs.TryGetValue(kind, out Run? run))
        {
            if (next._runs.Count == Capacity)
            {
                (next, LogLine? summary) = next.EndOldest(now);
                before = summary is null ? before : before.Add(summary);
            }

            return (next.With(next._runs.Add(kind, new Run(now, 1, 0, line)), next._byAge.Enqueue(kind)), true, before);
        }

        bool isLogged = run.Logged < Most;
        Run longer = run with { Logged = run.Logged + (isLogged ? 1 : 0), HeldBack = run.HeldBack + (isLogged ? 0 : 1), Last = line };
        return (next.With(next._runs.SetItem(kind, longer), next._byAge), isLogged, before);
    }

    /// <summary>Time has passed.</summary>
    public (RepeatFilter Next, ImmutableArray<LogLine> Lines) Look(TimeSpan now)
    {
        RepeatFilter next = this;
        var lines = ImmutableArray.CreateBuilder<LogLine>();
        while (next.NextLook <= now)
        {
            (next, LogLine? summary) = next.EndOldest(now);
            if (summary is not null)
                lines.Add(summary);
        }

        return (next, lines.ToImmutable());
    }

    /// <summary>Nothing more will come.</summary>
    public ImmutableArray<LogLine> End(TimeSpan now) => [.. _byAge.Select(kind => _runs[kind].Summary(now, Period)).OfType<LogLine>()];

    private (RepeatFilter Next, LogLine? Summary) EndOldest(TimeSpan now)
    {
        ImmutableQueue<Kind> rest = _byAge.Dequeue(out Kind oldest);
        return (With(_runs.Remove(oldest), rest), _runs[oldest].Summary(now, Period));
    }

    private RepeatFilter With(ImmutableDictionary<Kind, Run> runs, ImmutableQueue<Kind> byAge) => this with { _runs = runs, _byAge = byAge };

    /// <param name="Pattern">What is the same in all of them: the template, or the text where that must be the same.</param>
    private readonly record struct Kind(LogFacility Facility, LogVerbosity Level, string Pattern, string Subject)
    {
        public static Kind Of(LogLine line) => line.Level == LogVerbosity.Error || OwnLetters(line.Template) < LeastOwnLetters
            ? new Kind(line.Facility, line.Level, line.Text, "")
            : new Kind(line.Facility, line.Level, line.Template, string.Join('\n', line.Values.Where(v => Subjects.Contains(v.Key)).Select(v => v.Value)));

        /// <summary>What is not in braces.</summary>
        private static int OwnLetters(string template)
        {
            int depth = 0;
            int letters = 0;
            foreach (char c in template)
            {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                letters += depth == 0 && char.IsLetter(c) ? 1 : 0;
            }

            return letters;
        }
    }

    private sealed record Run(TimeSpan Began, int Logged, int HeldBack, LogLine Last)
    {
        /// <returns>null when none was held back.</returns>
        public LogLine? Summary(TimeSpan now, TimeSpan period)
        {
            if (HeldBack == 0)
                return null;
            double seconds = Math.Min((now - Began).TotalSeconds, period.TotalSeconds);
            return Last with
            {
                Text = string.Create(CultureInfo.InvariantCulture, $"{Last.Text} … repeated {HeldBack} time{(HeldBack == 1 ? "" : "s")} in {seconds:0.#} s"),
                Values = [.. Last.Values, new("repeated", HeldBack)],
            };
        }
    }
}
