using System.Collections.Immutable;
using System.Globalization;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Actors.Relay;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Configuration;

/// <summary><c>mcr.interface-defaults</c>, and <c>mcr.interfaces</c>, where an interface has what differs.</summary>
internal static class InterfaceReader
{
    private const int MaxCore = 1023; // CPU_SETSIZE - 1 (sched.h)
    public const string Auto = "auto";
    private static readonly TimeSpan MaxCoalesce = TimeSpan.FromMicroseconds(WorkerOptions.MaxCoalesceMicroseconds);

    public static readonly Dictionary<string, IngressMode> Ingresses = new(StringComparer.Ordinal) { ["ring"] = IngressMode.Ring, ["mmsg"] = IngressMode.Mmsg };

    public static readonly Dictionary<string, GroMode> Gros = new(StringComparer.Ordinal)
    {
        ["on"] = GroMode.On,
        ["off"] = GroMode.Off,
        ["leave"] = GroMode.Leave,
    };

    public static readonly Dictionary<string, bool> Polls = new(StringComparer.Ordinal) { ["sleep"] = false, ["spin"] = true };

    public static readonly Dictionary<string, bool> Fragments = new(StringComparer.Ordinal) { ["reassemble"] = true, ["drop"] = false };

    /// <summary>Every key has a value there, from reference.hocon.</summary>
    public static InterfaceOptions ReadDefaults(ConfigSection section) => ReadOne(section, null);

    public static ImmutableSortedDictionary<string, InterfaceOptions> Read(ConfigSection interfaces, InterfaceOptions defaults)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, InterfaceOptions>(StringComparer.Ordinal);
        foreach (string name in interfaces.Keys)
        {
            ConfigSection section = interfaces.Section(name);
            if (name.Length > RuleParser.MaxInterfaceNameLength || name.Any(c => c == '/' || char.IsWhiteSpace(c)))
                interfaces.Problem(interfaces.PositionOf(name), name, $"cannot be: the name of an interface has 1 to {RuleParser.MaxInterfaceNameLength} characters and neither '/' nor white space");
            result.Add(name, ReadOne(section, defaults));
        }

        return result.ToImmutable();
    }

    /// <param name="defaults">What a key that is not there has; null: each has to be there.</param>
    private static InterfaceOptions ReadOne(ConfigSection section, InterfaceOptions? defaults)
    {
        var options = new InterfaceOptions
        {
            Workers = Value("workers", d => d.Workers, key => section.Whole(key, 1, InterfaceOptions.MaxWorkers)),
            Cores = Value("cores", d => d.Cores, key => ReadCores(section, key)),
            Ingress = Value("ingress", d => d.Ingress, key => section.OneOf(key, Ingresses)),
            Gro = Value("gro", d => d.Gro, key => section.OneOf(key, Gros)),
            CoalesceMicroseconds = Value("coalesce", d => d.CoalesceMicroseconds, key => ReadCoalesce(section, key)),
            Spin = Value("poll", d => d.Spin, key => section.OneOf(key, Polls)),
            Realtime = Value("realtime", d => d.Realtime, section.Flag),
            Reassemble = Value("fragments", d => d.Reassemble, key => section.OneOf(key, Fragments)),
        };
        section.RefuseUnknownKeys();
        return options;

        T Value<T>(string key, Func<InterfaceOptions, T> byDefault, Func<string, T> read) =>
            defaults is not null && section.Find(key) is null ? byDefault(defaults) : read(key);
    }

    private static int ReadCoalesce(ConfigSection section, string key) =>
        section.Find(key) is HoconScalar { Text: Auto } ? WorkerOptions.CoalesceAuto : (int)section.Duration(key, TimeSpan.Zero, MaxCoalesce, $"{Auto}, or ").TotalMicroseconds;

    private static ImmutableArray<int> ReadCores(ConfigSection section, string key)
    {
        var cores = ImmutableArray.CreateBuilder<int>();
        foreach (HoconNode core in section.Array(key))
        {
            if (core is HoconScalar scalar && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaxCore)
                cores.Add(number);
            else
                section.Problem(core.At, key, $"has {ConfigSection.Kind(core)}; give CPU numbers from 0, as in [2, 3]");
        }

        return cores.ToImmutable();
    }
}
