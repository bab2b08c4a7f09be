using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Legs;
using Mcr.Native.Rules;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>
/// A worker's rules as bytes, in a memfd of their own since they may be many, and their hash.
/// <code>
/// a set:    u8 version (7), u32 rules, then the rules
/// a change: u8 version (7), u32 dropped, then u32 counter each, u32 rules, then the rules
/// a rule:
///   16 group, 2 port, 16 source, u8 prefix length, u16 last port (both 0: that group and port alone), u8 analysis, u64 its parameters, u8 traced, if so: u8 ring, u32 session, u32 every, u32 limit, u16 snap,
///   u64 until; u8 redundant, if so: u16 takeover-after, u8 rank, u8 nodes, u8 echoes, then each: u32 socket, 16 group, 2 port, u8 peers, then each: u64 MAC address, u8 rank; a leg (1 or 2 keys), u8 inputs (0: that group and port at the worker's own sockets), if any: each: u64 token, if 0: u32 socket plus 1 (0: none), 16 group, 2 port, 16 source; and u64 into, if 0: a selection; u32 counter, u8 outputs, then each:
///     u32 socket, 16 address, 2 port, u32 counter, u8 ttl, u8 decrement, u8 dscp (255: copied), u64 rate limit, u8 max burst, u8 pace, u8 mapped, u8 redundant, u32 MTU, a leg (1 key)
/// a leg: u8 whether there is one, if so: u64 id, u8 keys, then each: u16 number, 16 key; no two have one number
/// a selection: u8 mode, u8 key (255: none), u64 its field, u32 receive-timeout, u32 min-rate, u32 max-loss, u8 revert, u32 revert-after, u16 skew, u16 hold, u32 buffer; as in <see cref="SelectSettings"/>
/// </code>
/// Addresses (IPv6 or IPv4-mapped; source 0 for any) and ports as on the wire (network order). Pure.
/// </summary>
public static partial class ResolvedRuleCodec
{
    public const int MaxBytes = 256 * 1024 * 1024;

    private const byte CopiedDscp = 255;
    private const byte Version = 7;

    public static byte[] Encode(ResolvedRuleSet rules)
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        Write(writer, rules.Rules);
        return writer.ToArray();
    }

    /// <summary>A set of rules that are encoded already, each with <see cref="EncodeRule"/>.</summary>
    internal static byte[] Encode(IReadOnlyCollection<byte[]> rules)
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        writer.U32(rules.Count);
        foreach (byte[] rule in rules)
            writer.Bytes(rule);
        return writer.ToArray();
    }

    internal static byte[] EncodeRule(ResolvedRule rule)
    {
        var writer = new ByteWriter();
        Write(writer, rule);
        return writer.ToArray();
    }

    public static byte[] Encode(ResolvedRuleChange change)
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        writer.U32(change.Dropped.Length);
        foreach (int counter in change.Dropped)
            writer.U32(counter);
        Write(writer, change.Put);
        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">not a rule set of this version, or one that contradicts itself or the slot's capacities.</exception>
    public static ResolvedRuleSet Decode(long generation, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        CheckVersion(ref reader);
        ImmutableArray<ResolvedRule> rules = ReadRules(ref reader);
        reader.End();
        return new ResolvedRuleSet(generation, rules);
    }

    /// <inheritdoc cref="Decode"/>
    public static ResolvedRuleChange DecodeChange(long from, long generation, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        CheckVersion(ref reader);
        int count = reader.Count(SlotLayout.RuleCapacity);
        var dropped = ImmutableArray.CreateBuilder<int>();
        for (int i = 0; i < count; i++)
            dropped.Add(reader.Count(SlotLayout.RuleCapacity - 1));
        ImmutableArray<ResolvedRule> put = ReadRules(ref reader);
        reader.End();
        return new ResolvedRuleChange(from, generation, dropped.ToImmutable(), put);
    }

    private static void Write(ByteWriter writer, IPAddress address, ushort port)
    {
        Write(writer, address);
        writer.U16(BinaryPrimitives.ReverseEndianness(port));
    }

    /// <summary>IPv4 as IPv4-mapped.</summary>
    private static void Write(ByteWriter writer, IPAddress address)
    {
        Span<byte> bytes = writer.Take(16);
        bytes.Clear();
        if (address.TryWriteBytes(bytes, out int length) && length == 16)
            return;
        bytes[..4].CopyTo(bytes[12..]);
        bytes[..4].Clear();
        bytes[10..12].Fill(0xFF);
    }

    private static void Write(ByteWriter writer, EgressOptions options)
    {
        writer.U8(options.Ttl);
        writer.U8(options.DecrementTtl ? (byte)1 : (byte)0);
        writer.U8(options.Dscp ?? CopiedDscp);
        writer.U64((ulong)options.RateLimit);
        writer.U8(options.MaxBurst);
        writer.U8(options.Pace ? (byte)1 : (byte)0);
        writer.U8(options.IsMapped ? (byte)1 : (byte)0);
        writer.U8(options.IsRedundant ? (byte)1 : (byte)0);
        writer.U32(options.Mtu);
    }

    private static void Write(ByteWriter writer, ImmutableArray<ResolvedRule> rules)
    {
        writer.U32(rules.Length);
        foreach (ResolvedRule rule in rules)
            Write(writer, rule);
    }

    internal static void Write(ByteWriter writer, ResolvedRule rule)
    {
        Write(writer, rule.Group, rule.Port);
        Write(writer, rule.Source ?? IPAddress.IPv6Any);
        writer.U8(rule.PrefixLength ?? 0);
        writer.U16(rule.LastPort ?? 0);
        writer.U8((byte)rule.Analysis.Kind);
        writer.U64(rule.Analysis.Parameters);
        Write(writer, rule.Trace);
        Write(writer, rule.Redundancy);
        Write(writer, rule.Leg);
        Write(writer, rule.Inputs, rule.Into, rule.Select);
        writer.U32(rule.Counter);
        writer.U8(checked((byte)rule.Outputs.Length));
        foreach (ResolvedOutput output in rule.Outputs)
        {
            writer.U32(output.Socket);
            Write(writer, output.Address, output.Port);
            writer.U32(output.Counter);
            Write(writer, output.Options);
            Write(writer, output.Leg);
        }
    }

    private static void CheckVersion(ref ByteReader reader)
    {
        int version = reader.U8();
        if (version != Version)
            throw new InvalidDataException($"rule set version {version}; this worker reads {Version}");
    }

    private static ImmutableArray<ResolvedRule> ReadRules(ref ByteReader reader)
    {
        int count = reader.Count(SlotLayout.RuleCapacity);
        var rules = ImmutableArray.CreateBuilder<ResolvedRule>();
        for (int i = 0; i < count; i++)
            rules.Add(ReadRule(ref reader));
        return rules.ToImmutable();
    }

    private static ResolvedRule ReadRule(ref ByteReader reader)
    {
        IPAddress group = ReadAddress(ref reader);
        ushort port = BinaryPrimitives.ReverseEndianness((ushort)reader.U16());
        IPAddress source = ReadAddress(ref reader);
        int prefix = ByteReader.Limited(reader.U8(), GroupRange.Bits(group));
        var last = (ushort)reader.U16();
        if (last != 0 && last <= port)
            throw new InvalidDataException($"ports {port} to {last}");
        if (prefix != 0 && !GroupRange.Masked(group, prefix).Equals(group))
            throw new InvalidDataException($"group {group}/{prefix}");
        var analysis = new AnalysisSettings((AnalysisKind)reader.U8(), reader.U64());
        if (!analysis.IsValid)
            throw new InvalidDataException($"analysis {analysis.Kind} with {analysis.Parameters}");
        TraceSettings? trace = ReadTrace(ref reader);
        ResolvedRedundancy? redundancy = ReadRedundancy(ref reader);
        ResolvedLeg? leg = ReadLeg(ref reader, ResolvedLeg.MaxKeys);
        (ImmutableArray<ResolvedInput> inputs, ulong into, SelectSettings? select) = ReadInputs(ref reader);
        if (port == 0 && inputs.FirstOrDefault() is not { Token: not 0 })
            throw new InvalidDataException("port 0");
        if (inputs.Length > 0 && (prefix != 0 || last != 0 || (leg is null) != (into == 0)))
            throw new InvalidDataException("several inputs, and a range or the end of a leg");
        int counter = reader.Count(SlotLayout.RuleCapacity - 1);
        int outputs = ByteReader.Limited(reader.U8(), ForwardingRule.MaxOutputs);
        var targets = ImmutableArray.CreateBuilder<ResolvedOutput>(outputs);
        for (int o = 0; o < outputs; o++)
        {
            int socket = reader.Count(int.MaxValue);
            (IPAddress address, ushort to) = Read(ref reader);
            int entry = reader.Count(SlotLayout.OutputCapacity - 1);
            targets.Add(new ResolvedOutput(socket, address, to, entry, ReadOptions(ref reader)) { Leg = ReadLeg(ref reader, mostKeys: 1) }); // what is sent has the current one
        }

        return new ResolvedRule(group, port, source.Equals(IPAddress.IPv6Any) ? null : source, counter, targets.MoveToImmutable())
        {
            PrefixLength = prefix == 0 ? null : (byte)prefix,
            LastPort = last == 0 ? null : last,
            Analysis = analysis,
            Trace = trace,
            Redundancy = redundancy,
            Leg = leg,
            Inputs = inputs,
            Into = into,
            Select = select,
        };
    }

    private static void Write(ByteWriter writer, TraceSettings? trace)
    {
        writer.U8(trace is null ? (byte)0 : (byte)1);
        if (trace is null)
            return;
        writer.U8((byte)trace.Ring);
        writer.U32((int)trace.Session);
        writer.U32(trace.Every);
        writer.U32(trace.Limit);
        writer.U16(trace.Snap);
        writer.U64((ulong)trace.Until);
    }

    private static TraceSettings? ReadTrace(ref ByteReader reader)
    {
        if (reader.U8() == 0)
            return null;
        var trace = new TraceSettings(reader.U8(), (uint)reader.Count(int.MaxValue), reader.Count(int.MaxValue), reader.Count(int.MaxValue), reader.U16(), (long)reader.U64());
        return trace.IsValid ? trace : throw new InvalidDataException("a trace that cannot be");
    }

    private static void Write(ByteWriter writer, ResolvedRedundancy? redundancy)
    {
        writer.U8(redundancy is null ? (byte)0 : (byte)1);
        if (redundancy is null)
            return;
        writer.U16(redundancy.AfterMilliseconds);
        writer.U8((byte)redundancy.Rank);
        writer.U8((byte)redundancy.Nodes);
        writer.U8(checked((byte)redundancy.Echoes.Length));
        foreach (ResolvedEcho echo in redundancy.Echoes)
        {
            writer.U32(echo.Socket);
            Write(writer, echo.Group, echo.Port);
            writer.U8(checked((byte)echo.Peers.Length));
            foreach ((ulong link, int rank) in echo.Peers)
            {
                writer.U64(link);
                writer.U8((byte)rank);
            }
        }
    }

    private static ResolvedRedundancy? ReadRedundancy(ref ByteReader reader)
    {
        if (reader.U8() == 0)
            return null;
        int after = reader.U16();
        if (after == 0)
            throw new InvalidDataException("a takeover after 0 ms");
        int rank = ByteReader.Limited(reader.U8(), ResolvedRedundancy.MaxRank);
        int nodes = ByteReader.Limited(reader.U8(), ResolvedRedundancy.MaxRank + 1);
        int count = ByteReader.Limited(reader.U8(), ForwardingRule.MaxOutputs);
        var echoes = ImmutableArray.CreateBuilder<ResolvedEcho>(count);
        for (int i = 0; i < count; i++)
        {
            int socket = reader.Count(int.MaxValue);
            (IPAddress group, ushort port) = Read(ref reader);
            var peers = new (ulong, int)[reader.U8()];
            for (int p = 0; p < peers.Length; p++)
                peers[p] = (reader.U64(), ByteReader.Limited(reader.U8(), ResolvedRedundancy.MaxRank));
            echoes.Add(new ResolvedEcho(socket, group, port, [.. peers]));
        }

        return new ResolvedRedundancy(after, rank, nodes, echoes.MoveToImmutable());
    }

    private static void Write(ByteWriter writer, ResolvedLeg? leg)
    {
        writer.U8(leg is null ? (byte)0 : (byte)1);
        if (leg is null)
            return;
        writer.U64(leg.Id);
        writer.U8(checked((byte)leg.Keys.Length));
        foreach (ResolvedLegKey key in leg.Keys)
        {
            writer.U16(key.Number);
            key.Key.Write(writer.Take(LegKey.Size));
        }
    }

    private static ResolvedLeg? ReadLeg(ref ByteReader reader, int mostKeys)
    {
        if (reader.U8() == 0)
            return null;
        ulong id = reader.U64();
        var keys = new ResolvedLegKey[ByteReader.Limited(reader.U8(), mostKeys)];
        if (keys.Length == 0)
            throw new InvalidDataException("a leg without a key");
        for (int i = 0; i < keys.Length; i++)
        {
            int number = reader.U16();
            _ = LegKey.TryRead(reader.Bytes(LegKey.Size), out LegKey key);
            keys[i] = new ResolvedLegKey((ushort)number, key);
        }

        if (keys.Length == ResolvedLeg.MaxKeys && keys[0].Number == keys[1].Number)
            throw new InvalidDataException($"a leg with two keys of the number {keys[0].Number}");
        return new ResolvedLeg(id, [.. keys]);
    }

    private static (IPAddress Address, ushort Port) Read(ref ByteReader reader)
    {
        IPAddress address = ReadAddress(ref reader);
        ushort port = BinaryPrimitives.ReverseEndianness((ushort)reader.U16());
        return port != 0 ? (address, port) : throw new InvalidDataException("port 0");
    }

    private static IPAddress ReadAddress(ref ByteReader reader)
    {
        var address = new IPAddress(reader.Bytes(16));
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static EgressOptions ReadOptions(ref ByteReader reader)
    {
        var options = new EgressOptions { Ttl = reader.U8(), DecrementTtl = reader.U8() != 0 };
        byte dscp = reader.U8();
        if (dscp is > 63 and not CopiedDscp)
            throw new InvalidDataException($"DSCP {dscp}");
        ulong rate = reader.U64();
        if (rate > long.MaxValue)
            throw new InvalidDataException($"rate limit {rate}");
        return options with
        {
            Dscp = dscp == CopiedDscp ? null : dscp,
            RateLimit = (long)rate,
            MaxBurst = (byte)ByteReader.Limited(reader.U8(), RuleOutput.MaxBurstLimit),
            Pace = reader.U8() != 0,
            IsMapped = reader.U8() != 0,
            IsRedundant = reader.U8() != 0,
            Mtu = reader.Count(int.MaxValue),
        };
    }
}
