using System.Collections.Immutable;
using Mcr.Native.Ingress;
using Mcr.Native.Interop;

namespace Mcr.Actors.Platform;

/// <summary>What is looked after while it is open.</summary>
public sealed partial class LinuxInterfacePort
{
    public PortRepair Repair()
    {
        IReadOnlyList<LostMembership> lost;
        IReadOnlyList<LostMembership> unheard;
        try
        {
            lost = _groups.Repair();
            unheard = [.. _echoes.Values.SelectMany(e => e.Repair())];
        }
        catch (Exception e) when (e is IOException or LinuxException)
        {
            return new PortRepair([$"whether all groups are still joined cannot be told: {e.Message}"], ImmutableDictionary<Membership, string>.Empty);
        }

        return new PortRepair(
            [.. lost.Select(Sentence), .. unheard.Select(Sentence), .. new[] { _gro?.Repair() }.OfType<string>()],
            lost.Where(m => m.Refusal is not null).ToImmutableDictionary(m => new Membership(m.Group, m.Source, 0), m => m.Refusal!));
    }

    public int Announce()
    {
        _ = Try(_groups.Announce); // for want of descriptors, which is said where it matters
        foreach (EchoListener listener in _echoes.Values)
            _ = Try(listener.Announce);
        return _groups.Count;
    }

    private static string Sentence(LostMembership lost)
    {
        string what = lost.Source is null ? $"{lost.Group}" : $"{lost.Group} from {lost.Source}";
        return lost.Refusal is null ? $"the membership of {what} had vanished; it is joined again" : $"the membership of {what} has vanished: {lost.Refusal}";
    }
}
