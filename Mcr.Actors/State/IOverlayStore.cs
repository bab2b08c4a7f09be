namespace Mcr.Actors.State;

/// <summary>Where an overlay is kept over a restart of mcrd. Calls may take as long as a disk takes, and come one at a time.</summary>
internal interface IOverlayStore
{
    /// <summary>In error sentences.</summary>
    string Place { get; }

    /// <summary>Of everything that the next mcrd is to know.</summary>
    string Directory { get; }

    /// <param name="before">What the next mcrd begins with in place of <paramref name="overlay"/>, a change that nobody has confirmed yet; null for none.</param>
    /// <returns>null when it is kept, whatever happens next; else why not.</returns>
    string? Save(Overlay overlay, Overlay? before);
}
