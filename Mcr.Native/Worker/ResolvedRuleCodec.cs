using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Egress;
using Mcr.Native.Rules;

namespace Mcr.Native.Worker;

/// <summary>
/// A worker's rules as bytes, in a memfd of their own since they may be many, and their hash.
/// <code>
/// u8 version (2), u32 rules, then each:
///   16 group, 2 port, 16 source, 1 muted, u32 counter, u8 outputs, then each:
///     u32 socket, 16 address, 2 port, u32 counter, u8 ttl, u8 decrement, u8 dscp (255: copied), u64 rate limit, u8 max burst, u8 pace, u32 MTU
/// </code>
/// Addresses (IPv6 or IPv4-mapped; source 0 for any) and ports as on the wire (network order). Pure.
/// </summary>
public static class ResolvedRuleCodec
{
    public const int MaxBytes = 256 * 1024 * 1024;

    private const byte CopiedDscp = 255;
    private const byte Version = 2;

    public static byte[] Encode(ResolvedRuleSet rules)
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        writer.U32(rules.Rules.Length);
        foreach (ResolvedRule rule in rules.Rules)
        {
            Write(writer, rule.Group, rule.Port);
            Write(writer, rule.Source ?? IPAddress.IPv6Any);
            writer.U8(rule.Muted ? (byte)1 : (byte)0);
            writer.U32(rule.Counter);
            writer.U8(checked((byte)rule.Outputs.Length));
            foreach (ResolvedOutput output in rule.Outputs)
            {
                writer.U32(output.Socket);
                Write(writer, output.Address, output.Port);
                writer.U32(output.Counter);
                Write(writer, output.Options);
            }
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">not a rule set of this version, or one that contradicts itself or the slot's capacities.</exception>
    public static ResolvedRuleSet Decode(long generation, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        int version = reader.U8();
        if (version != Version)
            throw new InvalidDataException($"rule set version {version}; this worker reads {Version}");
        int count = reader.Count(SlotLayout.RuleCapacity);
        var rules = ImmutableArray.CreateBuilder<ResolvedRule>();
        for (int i = 0; i < count; i++)
        {
            (IPAddress group, ushort port) = Read(ref reader);
            IPAddress source = ReadAddress(ref reader);
            bool muted = reader.U8() != 0;
            int counter = reader.Count(SlotLayout.RuleCapacity - 1);
            int outputs = ByteReader.Limited(reader.U8(), ForwardingRule.MaxOutputs);
            var targets = ImmutableArray.CreateBuilder<ResolvedOutput>(outputs);
            for (int o = 0; o < outputs; o++)
            {
                int socket = reader.Count(int.MaxValue);
                (IPAddress address, ushort to) = Read(ref reader);
                int entry = reader.Count(SlotLayout.OutputCapacity - 1);
                targets.Add(new ResolvedOutput(socket, address, to, entry, ReadOptions(ref reader)));
            }

            rules.Add(new ResolvedRule(group, port, source.Equals(IPAddress.IPv6Any) ? null : source, muted, counter, targets.MoveToImmutable()));
        }

        reader.End();
        return new ResolvedRuleSet(generation, rules.ToImmutable());
    }

    /// <summary>What both sides hold a worker's rules to, over the encoded form.</summary>
    public static ulong Hash(ReadOnlySpan<byte> encoded)
    {
        // FNV-1a, 64 bits: it tells what a worker runs from what it should run, both of which are ours. SHA-256 would load libcrypto
        // into every worker, 6 MiB each.
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in encoded)
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }

    private static void Write(ByteWriter writer, IPAddress address, ushort port)
    {
        Write(writer, address);
        writer.U16(BinaryPrimitives.ReverseEndianness(port));
    }

    private static void Write(ByteWriter writer, IPAddress address) => writer.Bytes(address.MapToIPv6().GetAddressBytes());

    private static void Write(ByteWriter writer, EgressOptions options)
    {
        writer.U8(options.Ttl);
        writer.U8(options.DecrementTtl ? (byte)1 : (byte)0);
        writer.U8(options.Dscp ?? CopiedDscp);
        writer.U64((ulong)options.RateLimit);
        writer.U8(options.MaxBurst);
        writer.U8(options.Pace ? (byte)1 : (byte)0);
        writer.U32(options.Mtu);
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
            Mtu = reader.Count(int.MaxValue),
        };
    }
}
