using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Interop;
using Mcr.Native.Netlink;
using Mcr.Native.Rules;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>Feed sockets: by them come datagrams of rules with several inputs, from other devices than the port's own.</summary>
public sealed partial class LinuxInterfacePort
{
    private IEnumerable<FeedListener> Feeds => _listeners.Values.OfType<FeedListener>();

    public string? OpenFeed(int id, EgressKey key, Link device) => Try(() =>
    {
        var feed = FeedListener.Open(key, device, _devices(key.Interface).Ingress, _options.ReceiveBuffer, _kept);
        _byKey[key] = _listeners[id] = feed;
        if (feed.RingRefusal is { } refusal)
            _notes.Add(refusal);
    });

    /// <summary>They are one worker's.</summary>
    public SelectReport ReadSelect(int counter, SelectMode mode, int inputs) => _seats.All[0].ReadSelect(counter, mode, inputs);

    /// <summary>Who takes care of it; null: it is the port's own, or a claim, which is no matter of a socket that hears.</summary>
    private static EgressKey? ListenerKeyOf(Membership membership) => membership.Echo ?? (membership.Port == 0 ? membership.Feed : null);

    /// <summary>The sockets of the workers of an earlier mcrd, under the ids that they had. Of two feed sockets for one device the one counts that is in use.</summary>
    private void Adopt(Inheritance inherited)
    {
        HashSet<int> used = [.. inherited.Description.InUse];
        foreach ((int id, (PassedSocket passed, FileDescriptor descriptor)) in inherited.Egress.OrderByDescending(e => used.Contains(e.Key)).ThenBy(e => e.Key))
        {
            if (passed.Kind == EgressKind.Feed && EgressKeyText.Read(passed.Tag) is { } key)
                _ = _byKey.TryAdd(key, _listeners[id] = FeedListener.Adopt(key, descriptor, passed.Feed, _kept));
            else
                _egress[id] = new TaggedSocket(OutputSocket.Adopt(descriptor, passed.Kind, passed.LinkAddress), passed.Tag) { Feed = passed.Feed };
        }
    }

    private void CountFeedDrops()
    {
        foreach (FeedListener feed in Feeds)
            CountDrops(feed);
    }

    /// <summary>As the one worker's, which they come to.</summary>
    private void CountDrops(FeedListener feed) => _seats.All[0].AddKernelDrops(feed.TakeDrops());
}
