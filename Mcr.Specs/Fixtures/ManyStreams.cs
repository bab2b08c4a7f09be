namespace Mcr.Specs.Fixtures;

/// <summary>A sender and a verifying receiver for each of eight groups, running from construction on: so many datagrams each, or until stopped.</summary>
internal sealed class ManyStreams : IDisposable
{
    public const int Groups = 8;

    private readonly int? _count;
    private readonly List<StreamReceiver> _receivers = [];
    private readonly List<RunningProcess> _senders = [];

    /// <param name="rate">Of each group, in datagrams a second.</param>
    public ManyStreams(RelayTopology topology, int rate, int? count = null)
    {
        _count = count;
        for (int i = 1; i <= Groups; i++)
            _receivers.Add(new StreamReceiver(topology.Destination, "dst0", $"239.2.2.{i}", 6000, count));
        for (int i = 1; i <= Groups; i++)
            _senders.Add(StreamSender.Start(topology.Source, "src0", $"239.1.1.{i}", 5000, count, "--rate", $"{rate}", "--size", "200"));
    }

    /// <summary>A rule for each group, that looks at the number which mcrgen writes.</summary>
    public static string Rules => string.Join('\n', Enumerable.Range(0, Groups).Select(i =>
        $$"""{ name = g{{i}}, analyse = "sequence offset=4 width=64", input { interface = in0, group = "239.1.1.{{i + 1}}", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.{{i + 1}}", port = 6000 } ] }"""));

    /// <summary>Until each group is relayed, from now on.</summary>
    public static void AwaitAll(McrdProcess mcrd)
    {
        Dictionary<string, long> before = Relayed();
        McrdWaits.Until(() => Relayed().All(now => now.Value > before[now.Key]), "each group to be relayed");

        Dictionary<string, long> Relayed() => mcrd.Ctl("stats").GetProperty("Stats").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("packets_relayed").GetInt64());
    }

    /// <summary>What mcrd takes for lost on its way in, over all groups.</summary>
    public static long LostByReport(McrdProcess mcrd) =>
        mcrd.Ctl("stats").GetProperty("Stats").EnumerateArray().Sum(s => s.GetProperty("stream").GetProperty("sequence").GetProperty("lost").GetInt64());

    /// <summary>Ends the senders, lets what is under way arrive, and ends the receivers.</summary>
    public (long Sent, Summary[] Received) Stop(McrdProcess mcrd, ITestOutputHelper output)
    {
        Assert.All(_senders, s => Assert.False(s.HasExited));
        foreach (RunningProcess sender in _senders)
            sender.Terminate();
        long sent = _senders.Sum(s => StreamSender.Result(s).Number("sent"));
        mcrd.AwaitQuiet();
        foreach (StreamReceiver receiver in _receivers)
            receiver.Process.Terminate();
        return (sent, Results(output));
    }

    public void CheckAll(ITestOutputHelper output)
    {
        foreach (RunningProcess sender in _senders)
            StreamSender.Result(sender);
        Assert.All(Results(output), r => Assert.Equal((_count!.Value, 0, 0, 0), (r.Number("received"), r.Number("lost"), r.Number("reordered"), r.Number("duplicated"))));
    }

    public void Dispose()
    {
        foreach (RunningProcess sender in _senders)
            sender.Dispose();
        foreach (StreamReceiver receiver in _receivers)
            receiver.Dispose();
    }

    private Summary[] Results(ITestOutputHelper output)
    {
        Summary[] received = [.. _receivers.Select(r => r.Result())];
        foreach (Summary one in received)
            output.WriteLine(one.Line);
        return received;
    }
}
