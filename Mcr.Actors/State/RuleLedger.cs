using System.Collections.Immutable;
using Mcr.Actors.Messages;

namespace Mcr.Actors.State;

/// <summary>
/// The node's rules beyond the life of whoever owns them: the files' and what was changed since. A <see cref="Relay.RelaySupervisor"/> that starts,
/// with mcrd or after a crash, begins with <see cref="Rules"/>, and writes each change back; the <see cref="StateActor"/> takes it from here to
/// the <see cref="Store"/>, from which the next mcrd makes its ledger. Written by the supervisor only.
/// </summary>
public sealed class RuleLedger
{
    private volatile Overlay _overlay;

    internal RuleLedger(Overlay overlay, IOverlayStore? store = null)
    {
        _overlay = overlay;
        Store = store;
    }

    internal Overlay Overlay => _overlay;

    /// <summary>null: changes end with mcrd.</summary>
    internal IOverlayStore? Store { get; }

    /// <summary>What is to run.</summary>
    public ImmutableArray<RuleWithOrigin> Rules => _overlay.Apply().Rules;

    /// <summary>How many rules were added or changed at run time, and how many of the files were removed.</summary>
    public (int Added, int Removed) Changes => (_overlay.Added.Count, _overlay.Removed.Count);

    /// <param name="files">The rules of the files.</param>
    /// <param name="directory">null: what is changed at run time ends with mcrd.</param>
    public static RuleLedger Open(ImmutableArray<RuleWithOrigin> files, StateDirectory? directory)
    {
        if (directory is null)
            return new RuleLedger(Overlay.On(files));
        OverlayText.Content? saved = directory.Read(OverlayFile.Name, OverlayText.Read);
        (Overlay overlay, ImmutableArray<string> notes) = Overlay.On(files, saved?.Added ?? [], saved?.Removed ?? []);
        foreach (string note in notes.Concat(overlay.Apply().LeftOut))
            directory.Warn(note);
        bool isAsSaved = saved is null ? overlay.IsEmpty : notes.IsEmpty;
        return new RuleLedger(overlay, new OverlayFile(directory, isAsSaved ? overlay : null));
    }

    /// <summary>In no time, however many rules there are.</summary>
    internal void Keep(Overlay overlay) => _overlay = overlay;
}
