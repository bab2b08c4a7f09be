using System.CommandLine;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl trace enable|disable|get`: what happens to the datagrams of one rule.</summary>
internal static class TraceCommands
{
    public static void AddTo(RootCommand root, Session session)
    {
        var trace = new Command("trace", "Records what happens to datagrams of a rule: when they came, from whom, what became of them at each output.") { Enable(session), Disable(session), Get(session) };
        root.Add(trace);
    }

    private static (Option<string?> Id, Option<string?> Name) Rule() =>
        (new Option<string?>("--rule-id") { HelpName = "ID", Description = "The rule's id (required, unless there is --name)" }, new Option<string?>("--name") { HelpName = "NAME", Description = "The rule's name, in place of --rule-id" });

    private static Command Enable(Session session)
    {
        (Option<string?> id, Option<string?> name) = Rule();
        var first = new Option<string?>("--first") { HelpName = "N", Description = $"At most so many datagrams, 1 to 1024 (default: {TraceViews.DefaultFirst}; with --every no limit)" };
        var every = new Option<string?>("--every") { HelpName = "N", Description = "One datagram in so many, until the time is over; the newest 1024 are kept (default: each, as many as --first says)" };
        var time = new Option<string?>("--for") { HelpName = "TIME", Description = "It ends by itself after this time, such as 500ms or 5m, at most 1h (default: 60s)" };
        var snap = new Option<string?>("--snap") { HelpName = "BYTES", Description = $"Bytes of payload that are kept of each, 0 to 1904 (default: {TraceViews.DefaultSnap})" };
        var command = new Command("enable", "Begins to record; what was recorded before is dropped.") { id, name, first, every, time, snap };
        command.SetAction(parsed => session.Ask(parsed, new ControlRequest.TraceEnable
        {
            RuleId = parsed.GetValue(id),
            Name = parsed.GetValue(name),
            First = parsed.GetValue(first),
            Every = parsed.GetValue(every),
            For = parsed.GetValue(time),
            Snap = parsed.GetValue(snap),
        }));
        return command;
    }

    private static Command Disable(Session session)
    {
        (Option<string?> id, Option<string?> name) = Rule();
        var command = new Command("disable", "Ends it; what was recorded can still be read.") { id, name };
        command.SetAction(parsed => session.Ask(parsed, new ControlRequest.TraceDisable { RuleId = parsed.GetValue(id), Name = parsed.GetValue(name) }));
        return command;
    }

    private static Command Get(Session session)
    {
        (Option<string?> id, Option<string?> name) = Rule();
        var follow = new Option<bool>("--follow") { Description = "Go on with what is recorded until the trace ends, or until interrupted" };
        var pcap = new Option<FileInfo?>("--pcap") { HelpName = "FILE", Description = "Write a capture that tshark and tcpdump read (default: what was recorded is printed)" };
        var command = new Command("get", "Prints what was recorded.") { id, name, follow, pcap };
        command.SetAction(parsed =>
        {
            var request = new ControlRequest.TraceGet { RuleId = parsed.GetValue(id), Name = parsed.GetValue(name) };
            bool goesOn = parsed.GetValue(follow);
            return session.ReadPages(parsed, request, goesOn, json => new TracePrinter(request, goesOn, parsed.GetValue(pcap)?.FullName, json));
        });
        return command;
    }
}
