namespace Mcr.Actors.State;

/// <summary>The overlay's file; none when there is nothing to keep. Safe to call from any thread: a supervisor's successor may meet the last write of its predecessor.</summary>
/// <param name="saved">What the file has now; null when it has anything else.</param>
internal sealed class OverlayFile(StateDirectory directory, Overlay? saved) : IOverlayStore
{
    public const string Name = "rules.json";

    private readonly Lock _lock = new();
    private Overlay? _saved = saved;

    public string Place => directory.PathOf(Name);

    public string Directory => Path.GetDirectoryName(Place)!;

    public string? Save(Overlay overlay)
    {
        lock (_lock)
        {
            if (ReferenceEquals(overlay, _saved))
                return null;
            string? problem = overlay.IsEmpty ? directory.Delete(Name) : directory.Write(Name, OverlayText.Write(overlay));
            _saved = problem is null ? overlay : null;
            return problem;
        }
    }
}
