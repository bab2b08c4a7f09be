using System.CommandLine;
using Mcr.Native.Rules;

namespace Mcr.Host.Mcrgen;

/// <summary>--interface, --group, --port and, for a receiver, --source, checked by the same code as a rule's.</summary>
internal sealed class EndpointOptions
{
    private readonly Option<string?> _interface = new("--interface") { HelpName = "INTERFACE", Description = "The interface to use, by its name or one of its addresses (required)" };
    private readonly Option<string?> _group = new("--group") { HelpName = "GROUP", Description = "Multicast group, or a unicast address, IPv4 or IPv6 (required)" };
    private readonly Option<string?> _port = new("--port") { HelpName = "PORT", Description = "UDP port, 1 to 65535 (required)" };
    private readonly Option<string?>? _source;

    public EndpointOptions(Command command, bool withSource)
    {
        command.Add(_interface);
        command.Add(_group);
        command.Add(_port);
        if (withSource)
            command.Add(_source = new Option<string?>("--source") { HelpName = "ADDRESS", Description = "Receive from this sender only, as source-specific multicast (default: any)" });
    }

    /// <returns>Null when <paramref name="arguments"/> got problems.</returns>
    public Endpoint? Read(Arguments arguments)
    {
        // A rule that takes this endpoint as its input and sends it somewhere harmless. Forced: a tester may use any group.
        string? group = arguments.Text(_group);
        string? at = arguments.Text(_interface);
        ForwardingRule? rule = RuleParser.Parse(
            new RuleDraft
            {
                InputInterface = at?.Contains(':') == true ? "lo" : at, // an IPv6 address: no name for a rule
                InputGroup = group,
                InputPort = arguments.Text(_port),
                InputSource = _source is null ? null : arguments.Text(_source),
                Force = true,
                Outputs = [new OutputDraft { Interface = "lo", Group = group?.Contains(':') == true ? "ff0e::1" : "239.255.255.255", Port = "9" }],
            },
            out IReadOnlyList<RuleProblem> problems);
        foreach (RuleProblem problem in problems)
            arguments.Problem(OptionOf(problem.Field), problem.Sentence);
        if (rule is null)
            return null;

        NetworkDevice? device = NetworkDevice.Find(at!, out string sentence);
        if (device is null)
        {
            arguments.Problem(_interface, sentence);
            return null;
        }

        if (device.Address is { } own && own.AddressFamily != rule.Input.Group.AddressFamily)
        {
            arguments.Problem(_interface, $"'{own}' and --group '{rule.Input.Group}' are of different address families; give the interface's name, or its address of that family");
            return null;
        }

        var endpoint = new Endpoint(device, rule.Input.Group, rule.Input.Port, rule.Input.Source);
        if (endpoint.Source is not null && !endpoint.IsMulticast)
            arguments.Problem(_source!, $"'{endpoint.Source}' selects the sender of a multicast group, and '{endpoint.Group}' is a unicast address; leave it out");
        return endpoint;
    }

    private Option<string?> OptionOf(string field) => field switch
    {
        "input.interface" => _interface,
        "input.group" => _group,
        "input.port" => _port,
        "input.source" => _source!,
        _ => throw new InvalidOperationException($"The rule parser complained about {field}, which no flag stands for."),
    };
}
