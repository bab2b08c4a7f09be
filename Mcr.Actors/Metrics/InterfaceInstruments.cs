using Mcr.Actors.Control;

namespace Mcr.Actors.Metrics;

/// <summary><c>mcr.interface.*</c>: one of each for each device of the machine, and each that rules name.</summary>
internal static class InterfaceInstruments
{
    public static void AddTo(MetricSet set)
    {
        set.Gauge("mcr.interface.present", "", "1: there is such a device", s => s.Interfaces.Select(i => MetricSet.Measure(i.Present ? 1 : 0, Tags(i))));
        set.Gauge("mcr.interface.up", "", "1: it is up and has a carrier", s => s.Interfaces.Select(i => MetricSet.Measure(i is { Present: true, Up: true, Running: true } ? 1 : 0, Tags(i))));
        set.Gauge("mcr.interface.rules", "{rule}", "Rules that take their input there", s => s.Interfaces.Select(i => MetricSet.Measure(i.Rules, Tags(i))));
        set.Counter("mcr.interface.repairs", "{repair}", "How often memberships that had vanished were joined again, or settings that another program had changed set again", s => s.Interfaces.Select(i => MetricSet.Measure(i.Repairs, Tags(i))));
        set.Gauge("mcr.interface.querier", "", "1: somebody asks on the segment for memberships, of each address family that groups are joined in", s => s.Interfaces.SelectMany(i => (i.Queriers ?? []).Select(q => MetricSet.Measure(q.Silent ? 0 : 1, Tags(i), ("family", q.Family)))));
    }

    private static KeyValuePair<string, object?>[] Tags(InterfaceEntry entry) => MetricSet.Tags(("interface", entry.Name));
}
