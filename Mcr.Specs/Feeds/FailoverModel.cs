using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>What a chooser should do, from all that has ever happened, looked through again each time.</summary>
internal sealed class FailoverModel(SelectSettings settings, int inputs)
{
    private const long Second = 1_000_000_000;

    private readonly List<Happening> _history = [];
    private readonly long _timeout = settings.ReceiveTimeoutMilliseconds * 1_000_000L;
    private int? _current;

    public int Switches { get; private set; }

    /// <summary>How often an input was found to be not good, in all histories looked through at the end.</summary>
    public int BadWindows { get; private set; }

    public void Restart() => _history.Add(new Happening { IsRestart = true });

    public void Look(long now, long[] takenUntil) => _history.Add(new Happening { Time = now, TakenUntil = [.. takenUntil] });

    /// <returns>Whether it is relayed.</returns>
    public bool Take(int input, long now, int lostBefore)
    {
        _history.Add(new Happening { Time = now, Input = input, Lost = lostBefore });
        Health[] all = [.. Enumerable.Range(0, inputs).Select(HealthOf)];
        int? before = _current;
        _current = Choose(all, input, now);
        if (before is not null && before != _current)
            Switches++;
        BadWindows = all.Sum(h => h.BadWindows);
        return _current == input;
    }

    private int Choose(Health[] all, int input, long now)
    {
        if (_current is not { } current)
            return input;
        int[] healthy = [.. Enumerable.Range(0, inputs).Where(i => all[i].Since is not null)];
        if (healthy.Contains(current))
            return settings.Revert ? healthy.Where(i => i < current && now - all[i].Since >= settings.RevertAfterMilliseconds * 1_000_000L).Append(current).First() : current;
        if (healthy.Length > 0)
            return healthy[0];
        return all[current].IsThere ? current : input;
    }

    private Health HealthOf(int input)
    {
        long window = Math.Max(Second, _timeout);
        var health = new Health();
        long? heard = null;
        long windowAt = 0;
        var came = new List<Happening>(); // in this window
        bool isNew = true; // the worker
        long began = 0;
        bool knowsNumbers = false;
        foreach (Happening what in _history)
        {
            if (what.IsRestart)
            {
                isNew = true;
                continue;
            }

            if (what.TakenUntil is { } until)
            {
                if (isNew)
                {
                    (began, windowAt, isNew, knowsNumbers) = (what.Time, what.Time, false, false);
                    came.Clear();
                }

                if (!health.IsThere)
                    continue;
                if (until[input] - Math.Max(heard!.Value, began) >= _timeout)
                {
                    health = new Health { BadWindows = health.BadWindows };
                }
                else if (until[input] - windowAt >= window)
                {
                    long lost = came.Sum(c => (long)c.Lost);
                    bool isBad = came.Count < settings.MinRate * ((until[input] - windowAt) / (double)Second)
                        || (settings.MaxLossPpm > 0 && lost > (settings.MaxLossPpm / 1e6 * (lost + came.Count)));
                    health.Since = isBad ? null : health.Since ?? until[input];
                    health.BadWindows += isBad ? 1 : 0;
                    windowAt = until[input];
                    came.Clear();
                }
            }
            else if (what.Input == input)
            {
                if (!health.IsThere)
                {
                    health.IsThere = true;
                    health.Since = windowAt = what.Time;
                    came.Clear();
                    came.Add(what with { Lost = 0 });
                }
                else
                {
                    came.Add(knowsNumbers ? what : what with { Lost = 0 });
                }

                knowsNumbers = true;
                heard = what.Time;
            }
        }

        return health;
    }

    private readonly record struct Happening
    {
        public bool IsRestart { get; init; }

        public long Time { get; init; }

        /// <summary>Of a look; null: a datagram has come.</summary>
        public long[]? TakenUntil { get; init; }

        public int Input { get; init; }

        /// <summary>Datagrams right before this one that the input has lost.</summary>
        public int Lost { get; init; }
    }

    private struct Health
    {
        /// <summary>Something comes.</summary>
        public bool IsThere;

        public long? Since;
        public int BadWindows;
    }
}
