using System.Collections.Immutable;

namespace Mcr.Actors.Control;

/// <summary>
/// Of requests for a change by a user who may only ask, so many are answered and noted down in a while; each that comes on top ends its connection, and is counted. By user: others, and
/// whatever only asks, are not held up. Immutable and pure; it knows at most <see cref="MostUsers"/> users at once.
/// </summary>
internal sealed record DenialLimit
{
    public const int Most = 10;
    public const int MostUsers = 256;

    /// <summary>Begins with the first of them.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private ImmutableDictionary<string, Run> Runs { get; init; } = ImmutableDictionary<string, Run>.Empty;

    /// <param name="who">As <see cref="ControlPeer.Who"/> has it.</param>
    /// <param name="now">On any clock that only goes forward.</param>
    public (DenialLimit Next, Denial Denial) Denied(string who, TimeSpan now)
    {
        Run? run = Runs.GetValueOrDefault(who);
        if (run is null || now - run.Began >= Window)
            return (this with { Runs = WithRoom(who).SetItem(who, new Run(now, 1, 0)) }, new Denial(IsTooMany: false, IsNoted: true, run?.Unnoted ?? 0));
        bool isTooMany = run.Count >= Most;
        bool isNoted = run.Count <= Most; // and the first that is too many
        Run next = new(run.Began, run.Count + 1, run.Unnoted + (isNoted ? 0 : 1));
        return (this with { Runs = Runs.SetItem(who, next) }, new Denial(isTooMany, isNoted, 0));
    }

    private ImmutableDictionary<string, Run> WithRoom(string who) =>
        Runs.Count < MostUsers || Runs.ContainsKey(who) ? Runs : Runs.Remove(Runs.MinBy(r => r.Value.Began).Key);

    private sealed record Run(TimeSpan Began, int Count, int Unnoted);
}

/// <param name="IsTooMany">Its connection is closed.</param>
/// <param name="IsNoted">It goes to the audit log.</param>
/// <param name="Unnoted">So many by this user were not, and nothing has been said of them.</param>
internal readonly record struct Denial(bool IsTooMany, bool IsNoted, int Unnoted);
