using System.Numerics;

namespace Mcr.Native.Egress;

/// <summary>Where the send queue counts: plain words in shared memory, written by the loop thread only.</summary>
/// <param name="Sent">Datagrams the kernel took.</param>
/// <param name="Errors">Datagrams it refused.</param>
/// <param name="SentBytes">Payload bytes taken.</param>
/// <param name="PerOutput"><see cref="WordsPerOutput"/> words an output entry: sent, bytes, errors, 0, then errors by
/// <see cref="EgressError"/> (12 words), then trains sent by length (8 words, see <see cref="TrainBucket"/>).</param>
public readonly unsafe struct EgressCounters(long* sent, long* errors, long* sentBytes, long* perOutput)
{
    public const int WordsPerOutput = 24;

    /// <summary>Output entries of one worker.</summary>
    public const int Capacity = 262_144;

    public const int SentWord = 0;
    public const int BytesWord = 1;
    public const int ErrorsWord = 2;
    public const int FirstReasonWord = 4;
    public const int FirstTrainWord = 16;
    public const int TrainBuckets = 8;

    /// <summary>Which word of the histogram a train of so many datagrams belongs to: 1, 2, 3–4, 5–8, 9–16, 17–32, 33–64, more.</summary>
    public static int TrainBucket(int datagrams) => Math.Min(TrainBuckets - 1, 32 - BitOperations.LeadingZeroCount((uint)datagrams - 1));

    /// <summary>One message that the kernel took: a train of so many datagrams.</summary>
    public void CountSent(int entry, int datagrams, int bytes)
    {
        *sent += datagrams;
        *sentBytes += bytes;
        long* words = perOutput + ((long)entry * WordsPerOutput);
        words[SentWord] += datagrams;
        words[BytesWord] += bytes;
        words[FirstTrainWord + TrainBucket(datagrams)]++;
    }

    public void CountErrors(int entry, int datagrams, EgressError reason)
    {
        *errors += datagrams;
        long* words = perOutput + ((long)entry * WordsPerOutput);
        words[ErrorsWord] += datagrams;
        words[FirstReasonWord + (int)reason] += datagrams;
    }
}
