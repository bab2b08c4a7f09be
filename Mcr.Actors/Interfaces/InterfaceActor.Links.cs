using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Mcr.Actors.Messages;
using Mcr.Actors.Platform;
using Mcr.Native.Netlink;

namespace Mcr.Actors.Interfaces;

/// <summary>What happens to the machine beneath, and what somebody else does to it.</summary>
internal sealed partial class InterfaceActor
{
    /// <summary>Nothing tells when another program has taken away what was joined or set here.</summary>
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(10);

    /// <summary>null: nothing is known yet.</summary>
    private LinkTable? _links;

    /// <summary>Memberships that have vanished and cannot be had again, with the reasons: the next plan is made around them.</summary>
    private ImmutableDictionary<Membership, string> _lost = ImmutableDictionary<Membership, string>.Empty;

    /// <summary>How often something was put right.</summary>
    private long _repairs;

    private void Take(LinkTable links)
    {
        LinkNews news = LinkNews.Of(_name, _state.Desired.Values, _links, links);
        bool isEchoBack = IsEchoBack(_links, links);
        _links = links;
        if (news.ConcernsPlan)
            _state = _state.LookAgain();
        OrderTakeovers();
        if (isEchoBack)
            _ = _open?.Port.Announce(); // a switch forgets what was joined on a port that was down
        if (_open is not { IsClosing: false } || !news.ConcernsInput)
            return;
        Repair();
        if (!news.IsCarrierBack)
            return;
        int groups = _open.Port.Announce();
        _log.Info("{Interface} has a carrier again; its groups ({Groups}) are reported once more", FeedsHome.Is(_name) ? $"a device of {_name}" : _name, groups);
    }

    private void Repair()
    {
        PortRepair repair = _open!.Port.Repair();
        foreach (string sentence in repair.Sentences)
            _log.Warning("{Interface}: {Repair}", _name, sentence);
        _repairs += repair.Sentences.Length;
        if (repair.Lost.IsEmpty)
            return;
        _lost = repair.Lost;
        _state = _state.LookAgain();
    }

    /// <summary>What of the port, or of something that was just opened, is not as it was asked for.</summary>
    private void LogNotes(IInterfacePort port)
    {
        foreach (string note in port.TakeNotes())
            _log.Warning("{Note}", note);
    }

    private sealed record UpkeepTick;
}
