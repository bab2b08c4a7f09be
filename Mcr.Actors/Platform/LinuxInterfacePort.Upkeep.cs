using System.Collections.Immutable;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Actors.Platform;

/// <summary>What is looked after while it is open.</summary>
public sealed partial class LinuxInterfacePort
{
    public PortRepair Repair()
    {
        (Membership Membership, LostMembership Lost)[] lost;
        IReadOnlyList<LostMembership> unheard;
        try
        {
            lost =
            [
                .. _groups.Repair().Select(m => (new Membership(m.Group, m.Source, 0), m)),
                .. Feeds.SelectMany(f => f.Repair().Select(m => (new Membership(m.Group, m.Source, 0) { Feed = f.Key }, m))),
            ];
            unheard = [.. Echoes.SelectMany(e => e.Repair())];
        }
        catch (Exception e) when (e is IOException or LinuxException)
        {
            return new PortRepair([$"whether all groups are still joined cannot be told: {e.Message}"], ImmutableDictionary<Membership, string>.Empty);
        }

        return new PortRepair(
            [.. lost.Select(m => $"{(m.Membership.Feed is { } feed ? $"on {feed.Interface}, " : "")}{Sentence(m.Lost)}"), .. unheard.Select(Sentence), .. new[] { _gro?.Repair() }.OfType<string>()],
            lost.Where(m => m.Lost.Refusal is not null).ToImmutableDictionary(m => m.Membership, m => m.Lost.Refusal!));
    }

    public int Announce()
    {
        _ = Try(_groups.Announce); // for want of descriptors, which is said where it matters
        foreach (DeviceListener listener in _listeners.Values)
            _ = Try(listener.Announce);
        return _groups.Count + Feeds.Sum(f => f.Joined);
    }

    private static string Sentence(LostMembership lost)
    {
        string what = lost.Source is null ? $"{lost.Group}" : $"{lost.Group} from {lost.Source}";
        return lost.Refusal is null ? $"the membership of {what} had vanished; it is joined again" : $"the membership of {what} has vanished: {lost.Refusal}";
    }
}
