namespace Mcr.Native.Analysis;

/// <summary>
/// What a worker knows of one rule's stream, in shared memory: <see cref="Words"/> words a rule entry of its slot, a page. Written by the loop only,
/// but for a rule entry that no worker uses, which mcrd clears. All counters are datagrams unless it says otherwise.
/// <code>
/// word 0..10    what is analysed, what was recognised, what was not, MPEG-TS totals
/// word 11..23   totals of flows that are gone, in the order of <see cref="Flow.Datagrams"/> and on
/// word 24..103  4 flows, 20 words each, see <see cref="Flow"/>
/// word 104..295 64 PIDs of MPEG-TS, 3 words each: PID and state, packets, continuity errors
/// word 320..511 latency, see <see cref="LatencyHistogram"/>
/// </code>
/// </summary>
public static class StreamBlock
{
    public const int Words = 512;

    /// <summary>The settings that the rest was counted with; 0: nothing was counted yet.</summary>
    public const int TagWord = 0;

    /// <summary><see cref="PayloadKinds"/> that were seen.</summary>
    public const int SeenWord = 1;

    /// <summary>Not of the kind that is analysed.</summary>
    public const int OpaqueWord = 2;

    /// <summary>Too short for the sequence field.</summary>
    public const int TooShortWord = 3;

    /// <summary>Of flows beyond the four that are told apart.</summary>
    public const int OtherFlowsWord = 4;

    /// <summary>Since when the worker has the flows that it has, as far as its numbers have been told so; see <see cref="PayloadAnalyser.TakeOver"/>.</summary>
    public const int TakenOverWord = 5;

    /// <summary>MPEG-TS packets of 188 bytes.</summary>
    public const int PacketsWord = 6;

    public const int ContinuityErrorsWord = 7;

    /// <summary>Packets that do not begin with 0x47.</summary>
    public const int SyncErrorsWord = 8;

    /// <summary>Packets whose transport_error_indicator is set.</summary>
    public const int TransportErrorsWord = 9;

    /// <summary>Packets of PIDs beyond those that are told apart.</summary>
    public const int OtherPidsWord = 10;

    /// <summary>Of flows whose place another has: <see cref="Flow.Totals"/> words.</summary>
    public const int GoneWord = 11;

    public const int FirstFlowWord = 24;
    public const int FlowCapacity = 4;

    public const int FirstPidWord = 104;
    public const int PidCapacity = 64;
    public const int WordsPerPid = 3;

    public const int LatencyWord = 320;

    /// <summary>Words of one flow: who sends it, and its sequence.</summary>
    public static class Flow
    {
        public const int Words = 20;

        /// <summary>Upper and lower half of the sender's address, IPv6 or IPv4-mapped.</summary>
        public const int SourceHigh = 0;

        public const int SourceLow = 1;

        /// <summary>Bit 63: in use; bits 32 to 47 the sender's port, 0 to 31 the SSRC of RTP.</summary>
        public const int Identity = 2;

        /// <summary>The sequence number that comes next when nothing is lost.</summary>
        public const int Next = 3;

        /// <summary>Bit i: number Next − 1 − i was received.</summary>
        public const int Window = 4;

        /// <summary>The first of the totals, which are added up in <see cref="GoneWord"/> when the flow loses its place.</summary>
        public const int Datagrams = 5;

        /// <summary>How many totals there are from <see cref="Datagrams"/> on.</summary>
        public const int Totals = 7;

        /// <summary>Numbers that never came: of datagrams, or of messages where datagrams carry several.</summary>
        public const int Lost = 6;

        /// <summary>How often numbers were missing when the next one came, however many, and also where they came later.</summary>
        public const int Gaps = 7;

        /// <summary>Came after a later one.</summary>
        public const int Reordered = 8;

        /// <summary>Came again.</summary>
        public const int Duplicates = 9;

        /// <summary>The numbers began anew somewhere else.</summary>
        public const int Restarts = 10;

        /// <summary>Far behind or far ahead, and not the beginning of anything.</summary>
        public const int Strays = 11;

        /// <summary>Interarrival jitter of RFC 3550 in units of its timestamp, times 16.</summary>
        public const int Jitter = 18;

        /// <summary>Nanoseconds since 1970.</summary>
        public const int LastArrival = 12;

        public const int LastTimestamp = 13;

        /// <summary>Bits 0 to 6 the RTP payload type, from bit 8 the clock rate in Hz.</summary>
        public const int Format = 14;

        /// <summary>Where numbers may have begun anew, plus 2^63; 0 for nowhere.</summary>
        public const int Candidate = 15;

        /// <summary>Datagrams in order since the first; RTP is believed to be RTP from <see cref="RtpAnalyser.Probation"/> on.</summary>
        public const int InOrder = 16;

        /// <summary>The longest run of lost numbers.</summary>
        public const int LongestGap = 17;
    }
}

/// <summary>What a payload was recognised as.</summary>
[Flags]
public enum PayloadKinds
{
    None = 0,
    Rtp = 1,
    TransportStream = 2,
    Sequence = 4,
}
