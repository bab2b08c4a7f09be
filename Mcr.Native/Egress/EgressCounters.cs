namespace Mcr.Native.Egress;

/// <summary>Where the send queue counts: plain words in shared memory, written by the loop thread only.</summary>
/// <param name="Sent">Datagrams the kernel took.</param>
/// <param name="Errors">Datagrams it refused.</param>
/// <param name="SentBytes">Payload bytes taken.</param>
/// <param name="PerOutput">Four words an output entry: sent, bytes, errors, reserved.</param>
public readonly unsafe struct EgressCounters(long* sent, long* errors, long* sentBytes, long* perOutput)
{
    public const int WordsPerOutput = 4;

    public void CountSent(int entry, int datagrams, int bytes)
    {
        *sent += datagrams;
        *sentBytes += bytes;
        long* words = perOutput + ((long)entry * WordsPerOutput);
        words[0] += datagrams;
        words[1] += bytes;
    }

    public void CountErrors(int entry, int datagrams)
    {
        *errors += datagrams;
        perOutput[((long)entry * WordsPerOutput) + 2] += datagrams;
    }
}
