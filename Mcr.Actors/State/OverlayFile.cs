namespace Mcr.Actors.State;

/// <summary>The overlay's file; none when there is nothing to keep. Safe to call from any thread: a supervisor's successor may meet the last write of its predecessor.</summary>
/// <param name="saved">What the file has now; null when it has anything else.</param>
internal sealed class OverlayFile(StateDirectory directory, Overlay? saved) : IOverlayStore
{
    public const string Name = "rules.json";

    /// <summary>What was before a change that is not confirmed. While it is there, it counts, and not the other.</summary>
    public const string UnconfirmedName = "unconfirmed.json";

    private readonly Lock _lock = new();
    private Overlay? _saved = saved;
    private Overlay? _savedBefore;

    public string Place => directory.PathOf(Name);

    public string Directory => Path.GetDirectoryName(Place)!;

    /// <summary>What is gone back to is on disk before the change, and as long as it may be needed.</summary>
    public string? Save(Overlay overlay, Overlay? before)
    {
        lock (_lock)
        {
            if (before is not null && SaveBefore(before) is { } refusal)
                return refusal;
            if (!ReferenceEquals(overlay, _saved))
            {
                string? problem = overlay.IsEmpty ? directory.Delete(Name) : directory.Write(Name, OverlayText.Write(overlay));
                _saved = problem is null ? overlay : null;
                if (problem is not null)
                    return problem;
            }

            return before is null ? SaveBefore(null) : null;
        }
    }

    private string? SaveBefore(Overlay? before)
    {
        if (before is not null && ReferenceEquals(before, _savedBefore))
            return null;
        string? problem = before is null ? directory.Delete(UnconfirmedName) : directory.Write(UnconfirmedName, OverlayText.Write(before));
        _savedBefore = problem is null ? before : null;
        return problem;
    }
}
