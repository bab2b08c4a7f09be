namespace Mcr.Specs.Bench;

/// <param name="Settings">One line of HOCON inside <c>mcr { }</c>; empty: the defaults.</param>
internal sealed record McrdPeer(string Name, string Settings, bool IsExtra = false, bool IsSpinning = false) : Peer(Name, IsExtra)
{
    public override bool IsLatencyOnly => IsSpinning;

    public override RunningPeer Start(BenchTopology topology, Lab lab)
    {
        McrdProcess mcrd = StartDaemon(topology, Settings);
        return new RunningPeer(mcrd.WorkerPids(), mcrd);
    }

    /// <summary>Only its worker is bound to the relay's CPU.</summary>
    /// <param name="program">Of another build; null: of this one.</param>
    public static McrdProcess StartDaemon(BenchTopology topology, string settings, string? program = null)
    {
        string outputs = string.Join(", ", BenchTopology.OutputGroups(topology.Traffic.Fanout).Select(g => $"{{ interface = {BenchTopology.Output}, group = \"{g}\", port = {BenchTopology.OutputPort}, ttl = 8 }}"));
        string rule = $"{{ input {{ interface = {BenchTopology.Input}, group = \"{BenchTopology.Group}\", port = {BenchTopology.Port} }}, outputs = [ {outputs} ] }}";
        return McrdProcess.StartReadyOf(program ?? Executables.Mcrd, topology.Relay, rule, $"interfaces.{BenchTopology.Input}.cores = [{BenchPlan.RelayCpu}]\n{settings}");
    }
}

internal sealed record LimitPeer(string Mode) : Peer($"limit {Mode}")
{
    public override RunningPeer Start(BenchTopology topology, Lab lab)
    {
        RunningProcess limit = OnRelayCpu(topology, lab.Limit, Mode, BenchTopology.Input, BenchTopology.Output, BenchTopology.OutputAddress, $"{topology.Traffic.Fanout}");
        return new RunningPeer([limit.Pid], limit);
    }
}

/// <summary>One process an output, each with a receive buffer as large as those of the others (SO_RCVBUFFORCE; its own would be 200 KB).</summary>
internal sealed record SocatPeer() : Peer("socat")
{
    /// <summary>SOL_SOCKET, SO_RCVBUFFORCE, 64 MiB. (setsockopt-int, which takes a number, is of no effect with RECV.)</summary>
    private static readonly string Buffer = $"setsockopt-listen=1:33:x{Convert.ToHexString(BitConverter.GetBytes(64 << 20))}";

    public override string Needs => "socat";

    public override (string, string[])? Version => ("socat", ["-V"]);

    public override RunningPeer Start(BenchTopology topology, Lab lab)
    {
        RunningProcess[] processes =
        [
            .. BenchTopology.OutputGroups(topology.Traffic.Fanout).Select(group => OnRelayCpu(topology, "socat", "-u", "-b", "65536",
                $"UDP4-RECV:{BenchTopology.Port},bind={BenchTopology.Group},reuseaddr,ip-add-membership={BenchTopology.Group}:{BenchTopology.InputAddress},{Buffer}",
                $"UDP4-SENDTO:{group}:{BenchTopology.OutputPort},ip-multicast-if={BenchTopology.OutputAddress},ip-multicast-ttl=8")),
        ];
        return new RunningPeer([.. processes.Select(p => p.Pid)], processes);
    }
}

/// <summary>Kernel multicast routing: it translates nothing, so the input's group goes on, to one device.</summary>
internal sealed record SmcroutePeer() : Peer("smcroute")
{
    public override string Needs => "smcrouted";

    public override bool CanFan => false;

    public override (string, string[])? Version => ("smcrouted", ["-v"]);

    public override RunningPeer Start(BenchTopology topology, Lab lab)
    {
        string configuration = lab.Scratch("smcroute.conf");
        File.WriteAllText(configuration,
            $"mgroup from {BenchTopology.Input} group {BenchTopology.Group}\nmroute from {BenchTopology.Input} group {BenchTopology.Group} to {BenchTopology.Output}\n");
        RunningProcess daemon = OnRelayCpu(topology, "smcrouted", "-n", "-l", "err", "-f", configuration, "-u", lab.Scratch("smcroute.sock"), "-P", lab.Scratch("smcroute.pid"));
        return new RunningPeer([], BenchTopology.Group, BenchTopology.Port, daemon);
    }
}
