using System.CommandLine;
using Mcr.Actors.Control;
using Mcr.Native.Rules;

namespace Mcr.Host.Mcrctl;

/// <summary>`mcrctl add`: adds a rule, or replaces the one with the same input. A line of `mcrctl batch` is read alike.</summary>
internal sealed class AddCommand : Command
{
    private readonly Option<string?> _inputInterface = new("--input-interface") { HelpName = "INTERFACE", Description = "Take datagrams that arrive on this interface (required, unless there is --input-rule)" };
    private readonly Option<string?> _inputGroup = new("--input-group") { HelpName = "GROUP", Description = "to this multicast group, prefix of groups such as 239.1.0.0/24, or unicast address of this host (required, unless there is --input-rule)" };
    private readonly Option<string?> _inputPort = new("--input-port") { HelpName = "PORT", Description = "and this UDP port, 1 to 65535, or these: 5000-5010 (required, unless there is --input-rule)" };
    private readonly Option<string?> _inputRule = new("--input-rule") { HelpName = "RULE@NODE", Description = "In place of these three: what that rule of that node, by its id or name, sends into this one; with --select (default: none)" };
    private readonly Option<string?> _source = new("--source") { HelpName = "ADDRESS", Description = "Only from this sender (default: any)" };
    private readonly Option<string?> _join = new("--join") { HelpName = "JOIN", Description = "Of a prefix: which groups to join: all (of up to 256), some with commas, all-multicast (the device takes every group in), or none (default: all)", CompletionSources = { "all", "all-multicast", "none" } };
    private readonly Option<string[]?> _moreInputs = new("--more-input") { HelpName = "G:P:I[?source=S][,…]", Description = "Further inputs of the same stream, such as 239.1.1.1:5000:eth1, 239.1.1.2:5000:eth1?source=10.0.0.7 or studio@b (what rule studio of node b sends into this one); up to 7 with commas, or the flag again; with --select (default: none)" };
    private readonly Option<string?> _select = new("--select") { HelpName = "SELECT", Description = "How several inputs become one stream: failover (the first one that is well is relayed) or merge (each datagram once, from whichever has it first), with options such as 'merge,by=rtp,skew=50ms' or 'failover,receive-timeout=50ms,max-loss=1%' (required with several inputs)", CompletionSources = { "merge", "failover" } };
    private readonly Option<string[]?> _outputs = new("--outputs") { HelpName = "G:P:I[?O=V&…][,…]", Description = "Send datagrams to these, such as 239.2.2.2:6000:eth1, [ff3e::1]:6000:eth1 or 239.2.2.2:6000:eth1?ttl=8&source=keep, or clean@c, into rule clean of node c; several with commas, or the flag again. Options: ttl, source, dscp, rate-limit, max-burst, pace, priority, node, pair (required)" };
    private readonly Option<string?> _name = new("--name") { HelpName = "NAME", Description = "A name to find and remove it by (default: none)" };
    private readonly Option<string?> _ruleId = new("--rule-id") { HelpName = "ID", Description = "An id of your own, 1 to 64 of A-Z a-z 0-9 . _ - (default: made from the input)" };
    private readonly Option<string?> _analyse = new("--analyse") { HelpName = "ANALYSE", Description = "What of its payloads to look at for the statistics: auto (RTP and MPEG-TS, when it is either), off, rtp, ts, moldudp64, or a sequence number such as 'sequence offset=4 width=32' (default: auto)", CompletionSources = { "auto", "off", "rtp", "ts", "moldudp64" } };
    private readonly Option<string?> _alarms = new("--alarms") { HelpName = "ALARMS", Description = $"Which of its troubles are alarms, where that is not as for all rules: 'silence=5s,rate-min=1Mbit,rate-max=20Mbit,loss=on'; {string.Join(", ", AlarmText.Keys)} (default: as mcr.alarm-defaults says)" };
    private readonly Option<string?> _ha = new("--ha") { HelpName = "HA", Description = "Which nodes of the cluster back each other up for it: nodes=a+b,prefer=a,revert=on,takeover-after=100ms; nodes alone will do (default: it is this node's alone)" };
    private readonly Option<bool> _force = new("--force") { Description = "Accept what is refused by default: link-local and PTP groups, source-specific ones without --source, sending from another host's address" };

    public AddCommand()
        : base("add", "Adds a rule, or replaces the one with the same input.")
    {
        foreach (Option option in new Option[] { _inputInterface, _inputGroup, _inputPort, _inputRule, _source, _join, _moreInputs, _select, _outputs, _name, _ruleId, _analyse, _alarms, _ha, _force })
            Add(option);
    }

    public static void AddTo(RootCommand root, Session session)
    {
        var command = new AddCommand();
        command.SetAction(parsed =>
        {
            var problems = new List<string>();
            ControlRequest.Add request = command.Read(parsed, problems);
            return problems.Count > 0 ? ExitCodes.Because(ExitCodes.Usage, problems) : session.Ask(parsed, request);
        });
        root.Add(command);
    }

    /// <param name="problems">Gets a sentence for everything that is missing or makes no sense.</param>
    public ControlRequest.Add Read(ParseResult parsed, List<string> problems)
    {
        string? from = parsed.GetValue(_inputRule);
        (string rule, string node) = ("", "");
        if (from is not null && !PlaceSyntax.TryRule(from, out rule, out node))
            problems.Add($"{_inputRule.Name} '{from}' is no rule of a node; write RULE@NODE, such as studio@b");
        return new ControlRequest.Add
        {
            RuleId = parsed.GetValue(_ruleId),
            Name = parsed.GetValue(_name),
            InputInterface = Required(_inputInterface, "the name of a network interface, such as eth0"),
            InputGroup = Required(_inputGroup, "a multicast group such as 239.1.1.1, or a unicast address of this host"),
            InputPort = Required(_inputPort, "a UDP port from 1 to 65535"),
            InputNode = from is null ? null : node,
            InputRule = from is null ? null : rule,
            Source = parsed.GetValue(_source),
            Join = parsed.GetValue(_join),
            Inputs = InputSyntax.Parse(parsed.GetValue(_moreInputs) ?? [], problems),
            Select = parsed.GetValue(_select),
            Outputs = OutputSyntax.Parse(parsed.GetValue(_outputs) ?? [], problems),
            Analyse = parsed.GetValue(_analyse),
            Alarms = parsed.GetValue(_alarms),
            Ha = parsed.GetValue(_ha),
            Force = parsed.GetValue(_force),
        };

        string? Required(Option<string?> option, string wanted)
        {
            string? text = parsed.GetValue(option);
            if (string.IsNullOrEmpty(text) && from is null)
                problems.Add($"{option.Name} is missing; give {wanted}");
            return text;
        }
    }
}
