using System.Collections.Immutable;
using System.Net;
using Mcr.Native.Analysis;
using Mcr.Native.Rules;

namespace Mcr.Native.Worker;

/// <summary>Of rules with several inputs.</summary>
public static partial class ResolvedRuleCodec
{
    /// <summary>In place of a <see cref="SelectKeyKind"/>.</summary>
    private const byte NoKey = 255;

    private const int Million = 1_000_000;

    private static void Write(ByteWriter writer, ImmutableArray<ResolvedInput> inputs, ulong into, SelectSettings? select)
    {
        writer.U8(checked((byte)inputs.Length));
        if (inputs.IsEmpty)
            return;
        foreach (ResolvedInput input in inputs)
        {
            writer.U64(input.Token);
            if (input.Token != 0)
                continue;
            writer.U32(input.Socket + 1);
            Write(writer, input.Group, input.Port);
            Write(writer, input.Source ?? IPAddress.IPv6Any);
        }

        writer.U64(into);
        if (select is null)
            return;
        writer.U8((byte)select.Mode);
        writer.U8(select.By is { } by ? (byte)by.Kind : NoKey);
        writer.U64(select.By?.Field.Pack() ?? 0);
        writer.U32(select.ReceiveTimeoutMilliseconds);
        writer.U32((int)select.MinRate);
        writer.U32(select.MaxLossPpm);
        writer.U8(select.Revert ? (byte)1 : (byte)0);
        writer.U32(select.RevertAfterMilliseconds);
        writer.U16(select.SkewMilliseconds);
        writer.U16(select.HoldMilliseconds);
        writer.U32(select.BufferBytes);
    }

    /// <summary>Empty where there is one input, and null then, and where it is the end of a leg into another rule.</summary>
    private static (ImmutableArray<ResolvedInput> Inputs, ulong Into, SelectSettings? Select) ReadInputs(ref ByteReader reader)
    {
        var inputs = new ResolvedInput[ByteReader.Limited(reader.U8(), SelectSettings.MaxInputs)];
        if (inputs.Length == 0)
            return ([], 0, null);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (reader.U64() is not 0 and var token)
            {
                inputs[i] = ResolvedInput.OfLeg(token);
                continue;
            }

            int socket = reader.Count(int.MaxValue) - 1;
            (IPAddress group, ushort port) = Read(ref reader);
            IPAddress source = ReadAddress(ref reader);
            inputs[i] = new ResolvedInput(socket, group, port, source.Equals(IPAddress.IPv6Any) ? null : source);
        }

        ulong into = reader.U64();
        return ([.. inputs], into, into == 0 ? ReadSelect(ref reader) : null);
    }

    private static SelectSettings ReadSelect(ref ByteReader reader)
    {
        var mode = (SelectMode)ByteReader.Limited(reader.U8(), (int)SelectMode.Merge);
        SelectKey? by = ReadKey(ref reader);
        var select = new SelectSettings(mode, by)
        {
            ReceiveTimeoutMilliseconds = Within(reader.Count(int.MaxValue), SelectSettings.ShortestReceiveTimeoutMilliseconds, SelectSettings.LongestReceiveTimeoutMilliseconds),
            MinRate = Within(reader.Count(int.MaxValue), 0, (int)SelectSettings.MostDatagrams),
            MaxLossPpm = Within(reader.Count(int.MaxValue), 0, Million),
            Revert = reader.U8() != 0,
            RevertAfterMilliseconds = Within(reader.Count(int.MaxValue), 0, SelectSettings.LongestRevertAfterMilliseconds),
            SkewMilliseconds = Within(reader.U16(), 1, SelectSettings.LongestSkewMilliseconds),
            HoldMilliseconds = reader.U16(),
            BufferBytes = Within(reader.Count(int.MaxValue), SelectSettings.LeastBufferBytes, SelectSettings.MostBufferBytes),
        };
        if (select.HoldMilliseconds > select.SkewMilliseconds)
            throw new InvalidDataException($"a hold of {select.HoldMilliseconds} ms and a skew of {select.SkewMilliseconds} ms");
        if (mode == SelectMode.Merge ? by is null : by is { Kind: SelectKeyKind.Content } || (by is null && select.MaxLossPpm > 0))
            throw new InvalidDataException($"{mode} by {by?.Kind.ToString() ?? "nothing"}");
        return select;
    }

    private static SelectKey? ReadKey(ref ByteReader reader)
    {
        byte kind = reader.U8();
        ulong packed = reader.U64();
        if (kind is > (byte)SelectKeyKind.Content and not NoKey)
            throw new InvalidDataException($"a key of kind {kind}");
        SequenceField field = SequenceField.Unpack(packed);
        if ((SelectKeyKind)kind == SelectKeyKind.Sequence ? !field.IsValid || field.Pack() != packed : packed != 0)
            throw new InvalidDataException($"a key with a field {packed}");
        return kind == NoKey ? null : new SelectKey((SelectKeyKind)kind, field);
    }

    private static int Within(int value, int least, int most) =>
        value >= least && value <= most ? value : throw new InvalidDataException($"{value} where {least} to {most} is allowed");
}
