using System.CommandLine;
using Mcr.Actors.Control;
using Mcr.Native.Rules;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl add`: adds a rule, or replaces the one with the same input.</summary>
internal static class AddCommand
{
    public static void AddTo(RootCommand root, Session session)
    {
        var inputInterface = new Option<string?>("--input-interface") { HelpName = "I", Description = "Take datagrams that arrive on this interface" };
        var inputGroup = new Option<string?>("--input-group") { HelpName = "G", Description = "to this multicast group, prefix of groups such as 239.1.0.0/24, or unicast address of this host" };
        var inputPort = new Option<string?>("--input-port") { HelpName = "P", Description = "and this UDP port, or these: 5000-5010" };
        var source = new Option<string?>("--source") { HelpName = "S", Description = "Only from this sender" };
        var join = new Option<string?>("--join") { HelpName = "J", Description = "Of a prefix: which groups to join: all (up to 256, the default), some with commas, all-multicast (the device takes every group in), or none" };
        var outputs = new Option<string[]?>("--outputs") { HelpName = "G:P:I[?O=V&…][,…]", Description = "Send them to these, such as 239.2.2.2:6000:eth1, [ff3e::1]:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8&source=keep; several with commas, or the flag again. Options: ttl, source, dscp, rate-limit, max-burst, pace, priority" };
        var name = new Option<string?>("--name") { HelpName = "N", Description = "A name to remove it by" };
        var ruleId = new Option<string?>("--rule-id") { HelpName = "ID", Description = "An id of your own (default: made from the input)" };
        var analyse = new Option<string?>("--analyse") { HelpName = "A", Description = "What of its payloads to look at for the statistics: auto (the default: RTP and MPEG-TS when it is either), off, rtp, ts, moldudp64, or a sequence number such as 'sequence offset=4 width=32'" };
        var alarms = new Option<string?>("--alarms") { HelpName = "A", Description = $"Which of its troubles are alarms, where that is not as for all rules: 'silence=5s,rate-min=1Mbit,rate-max=20Mbit,loss=on'; {string.Join(", ", AlarmText.Keys)}" };
        var force = new Option<bool>("--force") { Description = "Accept what is refused by default: link-local and PTP groups, source-specific ones without --source, sending from another host's address" };
        var command = new Command("add", "Adds a rule, or replaces the one with the same input.") { inputInterface, inputGroup, inputPort, source, join, outputs, name, ruleId, analyse, alarms, force };
        command.SetAction(parsed =>
        {
            var problems = new List<string>();
            var request = new ControlRequest.Add
            {
                RuleId = parsed.GetValue(ruleId),
                Name = parsed.GetValue(name),
                InputInterface = Required(inputInterface, "the name of a network interface, such as eth0"),
                InputGroup = Required(inputGroup, "a multicast group such as 239.1.1.1, or a unicast address of this host"),
                InputPort = Required(inputPort, "a UDP port from 1 to 65535"),
                Source = parsed.GetValue(source),
                Join = parsed.GetValue(join),
                Outputs = OutputSyntax.Parse(parsed.GetValue(outputs) ?? [], problems),
                Analyse = parsed.GetValue(analyse),
                Alarms = parsed.GetValue(alarms),
                Force = parsed.GetValue(force),
            };
            return problems.Count > 0 ? ExitCodes.Because(ExitCodes.Usage, problems) : session.Ask(parsed, request);

            string? Required(Option<string?> option, string wanted)
            {
                string? text = parsed.GetValue(option);
                if (string.IsNullOrEmpty(text))
                    problems.Add($"{option.Name} is missing; give {wanted}");
                return text;
            }
        });
        root.Add(command);
    }
}
