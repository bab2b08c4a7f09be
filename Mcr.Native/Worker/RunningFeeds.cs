using System.Net;
using System.Text;
using Mcr.Native.Loop;
using Mcr.Native.Rules;

namespace Mcr.Native.Worker;

/// <summary>The rules with several inputs that a worker has and the feed sockets that it was passed, and what is made of them for the loop. Control thread only.</summary>
/// <param name="slot">Where what is known of such rules outlives the worker; null: there can be none.</param>
internal sealed class RunningFeeds(WorkerSlot? slot)
{
    private readonly Dictionary<int, FrameInlet> _inlets = []; // by mcrd's id
    private readonly Dictionary<int, (ResolvedRule Rule, RuleEntry Entry, SelectedStream Stream)> _rules = []; // by counter
    private readonly Dictionary<int, (ResolvedRule Rule, RuleEntry Entry)> _legs = []; // likewise: their ends that go into one of those
    private readonly Dictionary<int, (ResolvedRule Rule, SelectedStream Stream)> _gone = []; // likewise, of the change at hand
    private readonly Dictionary<(int Socket, RuleKey Key), int> _inputs = []; // counters
    private readonly List<SelectedStream> _ended = [];
    private FeedTable _last = FeedTable.None;
    private bool _isChanged;

    public bool CanKnow => slot is not null;

    /// <summary>How many it was passed.</summary>
    public int Sockets => _inlets.Count;

    public bool Hears(int socket) => _inlets.ContainsKey(socket);

    /// <summary>From the next table on.</summary>
    public void Use(int id, FrameInlet inlet)
    {
        _inlets[id] = inlet;
        _isChanged = true;
    }

    /// <summary>No rule uses it any more.</summary>
    public void Forget(int id) => _inlets.Remove(id);

    /// <summary>The counter of the rule that has this input; null: none has.</summary>
    public int? OwnerOf(ResolvedInput input) => _inputs.TryGetValue((input.Socket, KeyOf(input)), out int counter) ? counter : null;

    public static RuleKey KeyOf(ResolvedInput input) => new(Addresses.ToNumber(input.Group), input.Port, input.Source is null ? 0 : Addresses.ToNumber(input.Source));

    /// <summary>It goes on where it was if it is selected as before and has as many inputs.</summary>
    public unsafe void Put(ResolvedRule rule, RuleEntry entry)
    {
        SelectedStream stream = _gone.TryGetValue(rule.Counter, out (ResolvedRule Rule, SelectedStream Stream) before) && before.Rule.Select == rule.Select && before.Rule.Inputs.Select(Where).SequenceEqual(rule.Inputs.Select(Where))
            ? before.Stream
            : new SelectedStream(rule.Select!, rule.Inputs.Length, slot!.Select(rule.Counter), IdentityOf(rule));
        if (ReferenceEquals(stream, before.Stream))
            _gone.Remove(rule.Counter);
        _rules.Add(rule.Counter, (rule, entry, stream));
        foreach (ResolvedInput input in rule.Inputs.Where(i => i.Socket != ResolvedInput.NoSocket))
            _inputs.Add((input.Socket, KeyOf(input)), rule.Counter);
        _isChanged = true;
    }

    /// <summary>What an input is, whichever socket it has now.</summary>
    private static (IPAddress, ushort, IPAddress?, ulong) Where(ResolvedInput input) => (input.Group, input.Port, input.Source, input.Token);

    /// <summary>The same in every worker: what one has left in the slot is of these inputs in this order (FNV-1a, 64 bits).</summary>
    private static long IdentityOf(ResolvedRule rule)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(string.Join(' ', rule.Inputs.Select(Where))))
            hash = (hash ^ b) * 0x100000001B3;
        return (long)hash;
    }

    /// <summary>The end of a leg, whether or not the rule is there that it goes into.</summary>
    public void PutLeg(ResolvedRule rule, RuleEntry entry)
    {
        _legs.Add(rule.Counter, (rule, entry));
        ResolvedInput input = rule.Inputs[0];
        if (input.Socket != ResolvedInput.NoSocket)
            _inputs.Add((input.Socket, KeyOf(input)), rule.Counter);
        _isChanged = true;
    }

    public void Remove(int counter)
    {
        if (_legs.Remove(counter, out (ResolvedRule Rule, RuleEntry) leg))
        {
            _inputs.Remove((leg.Rule.Inputs[0].Socket, KeyOf(leg.Rule.Inputs[0])));
            _isChanged = true;
        }

        if (!_rules.Remove(counter, out (ResolvedRule Rule, RuleEntry, SelectedStream Stream) rule))
            return;
        _gone.Add(counter, (rule.Rule, rule.Stream));
        foreach (ResolvedInput input in rule.Rule.Inputs)
            _inputs.Remove((input.Socket, KeyOf(input)));
        _isChanged = true;
    }

    /// <summary>For the next table; the same object as for the last one where nothing has changed.</summary>
    public FeedTable Next()
    {
        if (!_isChanged)
            return _last;
        _ended.AddRange(_gone.Values.Select(r => r.Stream));
        _gone.Clear();
        var streams = new List<FedRule>(_rules.Count);
        var inputs = new Dictionary<int, (List<RuleKey> Keys, List<RuleEntry> Entries)>(); // by socket
        var ends = new Dictionary<ulong, FrameInlet?>(); // of legs, by token
        foreach ((ResolvedRule rule, _) in _legs.Values)
            ends[rule.Into] = InletOf(rule.Inputs[0]);
        var wanted = new Dictionary<ulong, (ushort Stream, byte Input)>(); // by token
        foreach ((ResolvedRule rule, RuleEntry entry, SelectedStream stream) in _rules.Values)
        {
            for (int i = 0; i < rule.Inputs.Length; i++)
            {
                if (rule.Inputs[i].Token is not 0 and var token)
                    wanted[token] = ((ushort)streams.Count, (byte)i);
                else
                    Add(inputs, rule.Inputs[i], entry with { Input = (byte)i, Stream = (ushort)streams.Count });
            }

            streams.Add(new FedRule(stream, entry, [.. rule.Inputs.Select(i => i.Token == 0 ? InletOf(i) : ends.GetValueOrDefault(i.Token))]));
        }

        foreach ((ResolvedRule rule, RuleEntry entry) in _legs.Values)
        {
            bool isWanted = wanted.TryGetValue(rule.Into, out (ushort Stream, byte Input) place);
            Add(inputs, rule.Inputs[0], entry with { IsInto = true, Input = place.Input, Stream = isWanted ? place.Stream : RuleEntry.NoStream });
        }

        _isChanged = false;
        return _last = new FeedTable([.. inputs.OrderBy(i => i.Key).Select(i => new Feed(_inlets[i.Key], new RuleTable(i.Value.Keys, i.Value.Entries)))], [.. streams]);
    }

    private static void Add(Dictionary<int, (List<RuleKey> Keys, List<RuleEntry> Entries)> inputs, ResolvedInput input, RuleEntry entry)
    {
        if (input.Socket == ResolvedInput.NoSocket)
            return;
        if (!inputs.TryGetValue(input.Socket, out (List<RuleKey> Keys, List<RuleEntry> Entries) there))
            inputs[input.Socket] = there = ([], []);
        there.Keys.Add(KeyOf(input));
        there.Entries.Add(entry);
    }

    private FrameInlet? InletOf(ResolvedInput input) => input.Socket == ResolvedInput.NoSocket ? null : _inlets[input.Socket];

    /// <summary>The loop has taken the last table: what is not in it is nobody's.</summary>
    public void Taken()
    {
        _ended.ForEach(s => s.Dispose());
        _ended.Clear();
    }

    /// <summary>The loop has ended.</summary>
    public void End()
    {
        Taken();
        foreach ((_, _, SelectedStream stream) in _rules.Values)
            stream.Dispose();
    }
}
