using System.Collections.Immutable;
using System.Text.Json;
using Mcr.Actors.Configuration;
using Mcr.Actors.Configuration.Hocon;
using Mcr.Native.Interop;
using Mcr.Native.Kernel;
using Mcr.Native.Netlink;

namespace Mcr.Actors.State;

/// <summary>
/// What mcrd has changed on this host and is to be as it was when it ends, on disk before it is changed. What was noted down before the machine
/// was started, or in another network namespace, is about other devices and forgotten.
/// </summary>
public sealed class HostChanges : IFeatureRecord
{
    private const string Name = "host.json";
    private const string PlaceKey = "place";
    private const string ChangesKey = "changes";

    private readonly Lock _lock = new();
    private readonly StateDirectory _directory;
    private readonly string _place;
    private ImmutableList<HostChange> _changes;

    private HostChanges(StateDirectory directory, string place, ImmutableList<HostChange> changes)
    {
        _directory = directory;
        _place = place;
        _changes = changes;
    }

    public static HostChanges Open(StateDirectory directory) => Open(directory, Place());

    /// <param name="place">Where and since when the devices are that this is about.</param>
    internal static HostChanges Open(StateDirectory directory, string place)
    {
        Content? content = directory.Read(Name, Parse);
        if (content is null || content.Place == place)
            return new HostChanges(directory, place, content?.Changes ?? []);
        _ = directory.Delete(Name); // where it cannot be, the next change is written over it
        return new HostChanges(directory, place, []);
    }

    /// <summary>As it was, but for devices that are changed again anyway.</summary>
    /// <param name="isWanted">Whether the device of that name will be.</param>
    /// <param name="tell">Takes a sentence for each that was restored.</param>
    public void Restore(Func<string, bool> isWanted, Action<string> tell)
    {
        ImmutableList<HostChange> all;
        lock (_lock)
            all = _changes;
        if (all.IsEmpty)
            return;
        LinkTable links;
        try
        {
            links = LinkReader.Read();
        }
        catch (LinuxException e)
        {
            _directory.Warn($"what an mcrd has changed on this host ({_directory.PathOf(Name)}) is not restored yet, since the network devices cannot be listed: {e.Message}");
            return;
        }

        foreach (HostChange change in all)
        {
            if (links.Links.FirstOrDefault(change.IsOf) is not { } link)
            {
                Change(changes => changes.Remove(change));
            }
            else if (!isWanted(link.Name))
            {
                GroSetting.PutBack(link, change.Feature, change.WasOn, this);
                tell($"{change.Feature} of {link.Name} is {(change.WasOn ? "on" : "off")} again, as it was before an mcrd that could not restore it");
            }
        }
    }

    public bool? Original(Link link, string feature)
    {
        lock (_lock)
            return Find(_changes, link, feature)?.WasOn;
    }

    public string? Note(Link link, string feature, bool isOn) => Change(changes => changes.Add(HostChange.Of(link, feature, isOn)));

    public void Forget(Link link, string feature)
    {
        if (Change(changes => Find(changes, link, feature) is { } change ? changes.Remove(change) : changes) is { } problem)
            _directory.Warn($"{_directory.PathOf(Name)} cannot be written ({problem}); the next mcrd may set {feature} of {link.Name} once more to what it was");
    }

    private static HostChange? Find(ImmutableList<HostChange> changes, Link link, string feature) => changes.Find(c => c.Feature == feature && c.IsOf(link));

    /// <returns>null, or why it is not on disk.</returns>
    private string? Change(Func<ImmutableList<HostChange>, ImmutableList<HostChange>> next)
    {
        lock (_lock)
        {
            ImmutableList<HostChange> changes = next(_changes);
            if (changes == _changes)
                return null;
            string? problem = changes.IsEmpty ? _directory.Delete(Name) : _directory.Write(Name, Text(changes));
            if (problem is null || changes.Count < _changes.Count)
                _changes = changes;
            return problem;
        }
    }

    private byte[] Text(ImmutableList<HostChange> changes)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber(StateDirectory.VersionKey, StateDirectory.Version);
            json.WriteString(PlaceKey, _place);
            json.WriteStartArray(ChangesKey);
            foreach (HostChange change in changes)
                change.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static Content Parse(ConfigSection file, List<ConfigProblem> problems)
    {
        string? place = file.Text(PlaceKey);
        var changes = ImmutableList.CreateBuilder<HostChange>();
        foreach (HoconNode item in file.Array(ChangesKey))
        {
            if (item is HoconObject change)
                changes.Add(HostChange.Read(change, $"{ChangesKey}[{changes.Count}]", problems));
            else
                file.Problem(item.At, ChangesKey, $"has {ConfigSection.Kind(item)}; give objects");
        }

        return new Content(place, changes.ToImmutable());
    }

    private static string Place() => $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {new FileInfo("/proc/self/ns/net").LinkTarget}";

    private sealed record Content(string? Place, ImmutableList<HostChange> Changes);
}
