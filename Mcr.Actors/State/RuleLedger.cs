using System.Collections.Immutable;
using Mcr.Actors.Legs;
using Mcr.Actors.Messages;

namespace Mcr.Actors.State;

/// <summary>
/// The node's rules beyond the life of whoever owns them: the files' and what was changed since. A <see cref="Relay.RelaySupervisor"/> that starts,
/// with mcrd or after a crash, begins with <see cref="Rules"/>, and writes each change back; the <see cref="StateActor"/> takes it from here to
/// the <see cref="Store"/>, from which the next mcrd makes its ledger. Written by the supervisor only.
/// </summary>
public sealed class RuleLedger
{
    private volatile Kept _kept;

    internal RuleLedger(Overlay overlay, IOverlayStore? store = null)
    {
        _kept = new Kept(overlay, null);
        Store = store;
    }

    internal Overlay Overlay => _kept.Overlay;

    /// <summary>null: changes end with mcrd.</summary>
    internal IOverlayStore? Store { get; }

    /// <summary>What is to run.</summary>
    public ImmutableArray<RuleWithOrigin> Rules => _kept.Overlay.Apply().Rules;

    /// <summary>What was changed at run time could not be read: that rules are not here does not say that somebody has removed them.</summary>
    public bool WasLost { get; private init; }

    /// <summary>How many rules were added or changed at run time, and how many of the files were removed.</summary>
    public (int Added, int Removed) Changes => (_kept.Overlay.Added.Count, _kept.Overlay.Removed.Count);

    /// <param name="files">The rules of the files.</param>
    /// <param name="directory">null: what is changed at run time ends with mcrd.</param>
    /// <param name="clusterNode"><see cref="Configuration.McrSettings.ClusterNode"/>: only a node of a cluster has ends of legs.</param>
    public static RuleLedger Open(ImmutableArray<RuleWithOrigin> files, StateDirectory? directory, string? clusterNode = null)
    {
        if (directory is null)
            return new RuleLedger(Overlay.On(files, clusterNode));
        // Whatever ended the last mcrd, the change that nobody had confirmed may be to blame.
        OverlayText.Content? before = directory.Read(OverlayFile.UnconfirmedName, OverlayText.Read);
        if (before is not null)
            directory.Warn("the last mcrd ended before the change of rules that it waited for was confirmed: the rules before that change are used");
        bool wasThere = before is not null || File.Exists(directory.PathOf(OverlayFile.Name));
        OverlayText.Content? saved = before ?? directory.Read(OverlayFile.Name, OverlayText.Read);
        (Overlay overlay, ImmutableArray<string> notes) = Overlay.On(files, saved?.Added ?? [], saved?.Removed ?? [], clusterNode);
        if (clusterNode is not null)
            overlay = overlay.WithHalves((LegsFile.Read(directory, clusterNode) ?? []).Select(h => h.WithOrigin));
        foreach (string note in notes.Concat(overlay.Apply().LeftOut))
            directory.Warn(note);
        bool isAsSaved = before is null && (saved is null ? overlay.IsEmpty : notes.IsEmpty); // else rules.json has what is taken back
        return new RuleLedger(overlay, new OverlayFile(directory, isAsSaved ? overlay : null)) { WasLost = wasThere && saved is null };
    }

    /// <summary>In no time, however many rules there are.</summary>
    /// <param name="before">What is gone back to unless the last change is confirmed; null when it need not be.</param>
    internal void Keep(Overlay overlay, Overlay? before) => _kept = new Kept(overlay, before);

    /// <summary>For a supervisor that starts: what its predecessor had not had confirmed is taken back.</summary>
    /// <returns>Whether there was such a change.</returns>
    internal bool RollBack()
    {
        if (_kept.Before is not { } before)
            return false;
        Keep(before.WithHalves(_kept.Overlay.Halves.Values), null); // which were given meanwhile
        return true;
    }

    /// <summary>To the store, from any thread.</summary>
    internal string? Save(IOverlayStore store)
    {
        Kept kept = _kept;
        return store.Save(kept.Overlay, kept.Before);
    }

    private sealed record Kept(Overlay Overlay, Overlay? Before);
}
