using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Rules;

namespace Mcr.Native.Worker;

/// <summary>
/// A worker's rules as bytes, in a memfd of their own since they may be many, and their hash.
/// <code>
/// u8 version (1), u32 rules, then each:
///   4 group, 2 port, 1 has source, 4 source, 1 muted, u32 counter, u8 outputs, then each: u32 socket, 4 address, 2 port, u32 counter
/// </code>
/// Addresses and ports as on the wire (network order). Pure.
/// </summary>
public static class ResolvedRuleCodec
{
    public const int MaxBytes = 256 * 1024 * 1024;

    private const byte Version = 1;

    public static byte[] Encode(ResolvedRuleSet rules)
    {
        var writer = new ByteWriter();
        writer.U8(Version);
        writer.U32(rules.Rules.Length);
        foreach (ResolvedRule rule in rules.Rules)
        {
            Write(writer, rule.Group, rule.Port);
            writer.U8(rule.Source is null ? (byte)0 : (byte)1);
            writer.Bytes((rule.Source ?? IPAddress.Any).GetAddressBytes());
            writer.U8(rule.Muted ? (byte)1 : (byte)0);
            writer.U32(rule.Counter);
            writer.U8(checked((byte)rule.Outputs.Length));
            foreach (ResolvedOutput output in rule.Outputs)
            {
                writer.U32(output.Socket);
                Write(writer, output.Address, output.Port);
                writer.U32(output.Counter);
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
            bool hasSource = reader.U8() != 0;
            var source = new IPAddress(reader.Bytes(4));
            bool muted = reader.U8() != 0;
            int counter = reader.Count(SlotLayout.RuleCapacity - 1);
            int outputs = ByteReader.Limited(reader.U8(), ForwardingRule.MaxOutputs);
            var targets = ImmutableArray.CreateBuilder<ResolvedOutput>(outputs);
            for (int o = 0; o < outputs; o++)
            {
                int socket = reader.Count(int.MaxValue);
                (IPAddress address, ushort to) = Read(ref reader);
                targets.Add(new ResolvedOutput(socket, address, to, reader.Count(SlotLayout.OutputCapacity - 1)));
            }

            rules.Add(new ResolvedRule(group, port, hasSource ? source : null, muted, counter, targets.MoveToImmutable()));
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
        writer.Bytes(address.GetAddressBytes());
        writer.U16(BinaryPrimitives.ReverseEndianness(port));
    }

    private static (IPAddress Address, ushort Port) Read(ref ByteReader reader)
    {
        var address = new IPAddress(reader.Bytes(4));
        ushort port = BinaryPrimitives.ReverseEndianness((ushort)reader.U16());
        return port != 0 ? (address, port) : throw new InvalidDataException("port 0");
    }
}
