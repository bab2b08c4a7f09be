using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mcr.Native.Analysis;

/// <summary>
/// Datagrams of a known RTP flow that go on as expected, which nearly all do: counted as <see cref="RtpAnalyser"/> would, and written once for all of a merged
/// run. Loop thread only.
/// </summary>
internal static unsafe class RtpRun
{
    private const int FixedHeader = 12;
    private const uint Plain = 0x8000_0000; // version 2; no padding, no extension, no contributing sources
    private const uint Marker = 0x0080_0000; // which says nothing about the number
    private const uint NumberMask = 0xFFFF;

    /// <summary>As many from the first on as go on as expected.</summary>
    /// <param name="segment">Bytes of each datagram; the last may be shorter.</param>
    /// <returns>Bytes of those; 0: not even the first.</returns>
    public static int Take(long* block, byte* payload, int length, int segment, in Arrival arrival)
    {
        if (length < FixedHeader || *payload != Plain >> 24 || (block[StreamBlock.SeenWord] & (long)PayloadKinds.Rtp) == 0)
            return 0;
        uint ssrc = *(uint*)(payload + 8); // as it lies there
        long* flow = Flows.FindKnown(block, in arrival, BinaryPrimitives.ReverseEndianness(ssrc));
        if (flow == null)
            return 0;

        // The payload type is that of the datagram before, so that its timestamp ticks as that one's.
        uint expected = Plain | (((uint)flow[StreamBlock.Flow.Format] & 0x7F) << 16) | ((uint)flow[StreamBlock.Flow.Next] & NumberMask);
        int taken = 0;
        byte* at = payload;
        byte* end = payload + length;
        while (end - at >= FixedHeader && (BinaryPrimitives.ReverseEndianness(*(uint*)at) & ~Marker) == expected && *(uint*)(at + 8) == ssrc)
        {
            int bytes = (int)Math.Min(segment, end - at);
            RtpAnalyser.CountArrival(flow, BinaryPrimitives.ReverseEndianness(*(uint*)(at + 4)), arrival.Time);
            if (TransportStreamAnalyser.Recognises(at + FixedHeader, bytes - FixedHeader))
            {
                block[StreamBlock.SeenWord] |= (long)PayloadKinds.TransportStream;
                TransportStreamAnalyser.Analyse(block, at + FixedHeader, bytes - FixedHeader);
            }

            expected = (expected & ~NumberMask) | ((expected + 1) & NumberMask);
            taken++;
            at += bytes;
        }

        if (taken > 0)
        {
            flow[StreamBlock.Flow.Datagrams] += taken;
            SequenceWindow.Advance(flow, taken, expected & NumberMask);
        }

        return (int)(at - payload);
    }
}
