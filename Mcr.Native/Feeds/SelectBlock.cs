namespace Mcr.Native.Feeds;

/// <summary>
/// What there is to know of a rule with several inputs, in the worker's slot: it outlives the worker. Words of 64 bits, written by the loop only. What a datagram has become of
/// is counted once: <c>received = won + duplicates + late + astray + unusable</c> of each input, less what waits, and <c>merged</c> is the sum of what the inputs have won.
/// </summary>
public static class SelectBlock
{
    /// <summary>Not 0: of which settings and inputs the block is (its numbers go on with others, its position does not).</summary>
    public const int Tag = 0;

    /// <summary>Datagrams forwarded.</summary>
    public const int Merged = 1;

    /// <summary>Numbers that came by no input in time.</summary>
    public const int Lost = 2;

    /// <summary>How often another stream was followed: its sender began anew, or jumped.</summary>
    public const int Restarts = 3;

    /// <summary>When that was last, wall clock, nanoseconds.</summary>
    public const int RestartedAt = 4;

    /// <summary>Datagrams that waited no longer because there was no memory for more.</summary>
    public const int Overflows = 5;

    /// <summary>Of failover: the input that is relayed, plus 1; 0: none yet.</summary>
    public const int Current = 6;

    /// <summary>Of failover: how often another input was chosen.</summary>
    public const int Switches = 7;

    /// <summary>When that was last, wall clock, nanoseconds.</summary>
    public const int SwitchedAt = 8;

    /// <summary>Datagrams that wait now.</summary>
    public const int Waiting = 9;

    /// <summary>From here on: where the merge or the choice is, its own.</summary>
    public const int State = 16;

    public const int StateWords = 112;

    public const int InputsOffset = State + StateWords;
    public const int WordsPerInput = 32;

    // Words of an input:
    public const int Received = 0;

    /// <summary>Numbers that this input has skipped and not brought later: its own losses.</summary>
    public const int InputLost = 1;

    /// <summary>Datagrams that came when their place was given up, or, of another input, already passed.</summary>
    public const int Late = 2;

    /// <summary>Datagrams that this input brought first; of failover, that were relayed.</summary>
    public const int Won = 3;

    /// <summary>Of those: they filled a gap of another input.</summary>
    public const int Recovered = 4;

    /// <summary>Datagrams that another input had brought before, or this one itself.</summary>
    public const int Duplicates = 5;

    /// <summary>Datagrams that are not of the stream that is forwarded: another SSRC or session, or a place far from it; of failover, of an input that is not relayed.</summary>
    public const int Astray = 6;

    /// <summary>Too short for the field, or not what was to be there (no RTP).</summary>
    public const int Unusable = 7;

    /// <summary>Of the duplicates: their payload is another one than what was forwarded.</summary>
    public const int Differing = 8;

    /// <summary>Datagrams that came behind a later one of the same input.</summary>
    public const int Reordered = 9;

    /// <summary>When the last one came, boot clock, nanoseconds; 0: never.</summary>
    public const int HeardAt = 10;

    /// <summary>When the last one came that is of the stream that is forwarded, likewise.</summary>
    public const int GoodAt = 11;

    /// <summary>From here on: its own state.</summary>
    public const int InputState = 16;

    /// <summary>For each input: how far its duplicates were behind the first, by bucket of <see cref="Analysis.LatencyHistogram"/>.</summary>
    public const int HistogramsOffset = InputsOffset + (Rules.SelectSettings.MaxInputs * WordsPerInput);

    /// <summary>A bit for each number of the window: forwarded.</summary>
    public const int WindowOffset = HistogramsOffset + (Rules.SelectSettings.MaxInputs * Analysis.LatencyHistogram.Buckets);

    /// <summary>Numbers; the half of what 16 bits tell apart.</summary>
    public const int WindowNumbers = 32_768;

    public const int WindowWords = WindowNumbers / 64;

    public const int Words = WindowOffset + WindowWords;

    public static int InputAt(int input) => InputsOffset + (input * WordsPerInput);

    public static int HistogramAt(int input) => HistogramsOffset + (input * Analysis.LatencyHistogram.Buckets);
}
