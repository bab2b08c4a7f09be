using System.Runtime.CompilerServices;
using Mcr.Native.Legs;
using Mcr.Native.Packet;
using Mcr.Native.Rules;

namespace Mcr.Native.Loop;

/// <summary>What the loop does at the ends of legs. What leaves by one gets its header in the send queue.</summary>
internal sealed unsafe partial class RelayLoop
{
    /// <summary>The rule is the end of a leg: each datagram of a merged run is judged alone, and what is good goes on alone and without its header.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RelayFromLeg(in RuleEntry rule, in ParsedFrame frame, byte* data, long arrival)
    {
        long* block = _slot.Leg(rule.Counter);
        ref readonly LegKeys keys = ref _table.LegKeys[rule.Leg - 1];
        int size = frame.SegmentSize > 0 ? frame.SegmentSize : frame.PayloadLength;
        ParsedFrame single = frame;
        single.SegmentSize = 0;
        int offset = 0;
        do
        {
            single.PayloadOffset = frame.PayloadOffset + offset;
            single.PayloadLength = Math.Min(size, frame.PayloadLength - offset);
            var datagram = new ReadOnlySpan<byte>(data + single.PayloadOffset, single.PayloadLength);
            LegVerdict verdict = ((LegReceiver*)block)->Take(block + LegBlock.WindowWord, block + LegBlock.HistogramWord, datagram, arrival, in keys);
            single.PayloadOffset += verdict.Offset;
            if (verdict.IsGood)
            {
                single.PayloadLength = verdict.Length;
                if (rule.IsInto)
                    RelayInto(in rule, in single, data, arrival);
                else
                    Forward(in rule, in single, data, arrival, 1);
            }
            else
            {
                Drop(in rule, in single, arrival, DropReason.LegRefused);
            }

            offset += size;
        }
        while (offset < frame.PayloadLength);
    }

    /// <summary>
    /// Those that were there go on, whichever worker they were of. A rule that goes takes nothing with it: should it come back with the same leg, what was taken is still known, and no number is sent twice.
    /// </summary>
    private void UseLegs(ForwardingTable table)
    {
        foreach ((int rule, ulong leg) in table.LegEnds)
            ((LegReceiver*)_slot.Leg(rule))->Use(leg, _slot.Leg(rule) + LegBlock.HistogramWord);
        foreach ((int output, ulong leg) in table.LegBeginnings)
            LegSender.At(_slot.LegSenders, output)->Use(leg, LegSender.FirstLife);
    }
}
