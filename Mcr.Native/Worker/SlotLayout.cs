using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Legs;
using Mcr.Native.Packet;
using Mcr.Native.Redundancy;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>
/// The words of a worker slot, a sparse memfd that outlives the workers that write it. All words are 64 bits, little-endian as the
/// machine, written by one side only:
/// <code>
/// word 0..7     magic, version, words in all, first rule word, rules, first output word, outputs, 0   (mcrd, once)
/// word 8..15    heartbeat, ruleset hash, generation, frames cut off, last turn; at its end
///               13 collections, 14 allocated bytes                                                   (worker)
/// word 16..23   matched, sent, errors, sent bytes                                                    (worker)
/// word 24..31   frames dropped by the kernel, since when the queue is wanted, since when it has its
///               flows, how many orders about redundant rules                                       (mcrd)
/// word 32..63   dropped datagrams by DropReason                                                      (worker)
/// word 64..96   which of several workers has which flows: their number, then 256 bytes, one a bucket  (mcrd)
/// then          8 words a rule: matched datagrams, matched payload bytes, last arrival, last sender's
///               address (2) and port, changes of the sender                                          (worker)
/// then          24 words an output, see EgressCounters                                                (worker)
/// then          512 words a rule, see StreamBlock                                                    (worker)
/// then          32 words a rule, see Takeover                                                       (worker)
/// then          4 words a rule, see TakeoverOrders                                                  (mcrd)
/// then          16 words an output, see LegSender                                                    (worker)
/// then          384 words a rule, see LegBlock                                                      (worker)
/// then          2,432 words a rule, see SelectBlock                                                 (worker)
/// then          trace rings, see TraceLayout                                                         (worker)
/// </code>
/// </summary>
public static class SlotLayout
{
    public const long Magic = 0x31544F4C5352434D; // "MCRSLOT1"
    public const long Version = 8;

    public const int RuleCapacity = 65_536;
    public const int OutputCapacity = EgressCounters.Capacity;
    public const int WordsPerRule = 8;

    public const int MagicWord = 0;
    public const int VersionWord = 1;
    public const int LengthWord = 2;
    public const int FirstRuleWord = 3;
    public const int RulesWord = 4;
    public const int FirstOutputWord = 5;
    public const int OutputsWord = 6;

    public const int HeartbeatWord = 8;
    public const int RulesetHashWord = 9;
    public const int GenerationWord = 10;

    /// <summary>When the loop took frames last, boot clock, in nanoseconds; kept up while there are redundant rules.</summary>
    public const int LastTurnWord = 12;

    /// <summary>Garbage collections of the worker while its loop ran.</summary>
    public const int CollectionsWord = 13;

    /// <summary>Bytes that the loop's thread has allocated between its first turn and its last; written when the loop has ended, like the collections.</summary>
    public const int AllocatedWord = 14;

    /// <summary>Frames too long for the ring while the queue for such was full: lost like those in <see cref="KernelDropsWord"/>.</summary>
    public const int ClippedWord = 11;

    public const int MatchedWord = 16;
    public const int SentWord = 17;
    public const int ErrorsWord = 18;
    public const int SentBytesWord = 19;
    public const int KernelDropsWord = 24;

    /// <summary>Wall clock, nanoseconds since 1970: what had arrived before is stale, because other workers have had its flows since. 0: nothing.</summary>
    public const int WantedSinceWord = 25;

    /// <summary>Wall clock, nanoseconds since 1970: when the worker was last given flows, which others may have had before. 0: never.</summary>
    public const int FlowsSinceWord = 26;

    /// <summary>Grows with each change of any rule's <see cref="TakeoverOrders"/>.</summary>
    public const int OrdersWord = 27;

    public const int DropsWord = 32;

    /// <summary>Of the first worker's slot: the <see cref="Ingress.BucketTable"/> in use, 0 seats where there is none.</summary>
    public const int SeatsWord = 64;

    public const int BucketsWord = 65;

    public const int RulesOffset = 512;
    public const int OutputsOffset = RulesOffset + (RuleCapacity * WordsPerRule);
    public const int StreamsOffset = OutputsOffset + (OutputCapacity * EgressCounters.WordsPerOutput);
    public const int TakeoversOffset = StreamsOffset + (RuleCapacity * StreamBlock.Words);
    public const int TakeoverOrdersOffset = TakeoversOffset + (RuleCapacity * Takeover.Words);
    public const int LegSendersOffset = TakeoverOrdersOffset + (RuleCapacity * TakeoverOrders.Words);
    public const int LegsOffset = LegSendersOffset + (OutputCapacity * LegSender.Words);
    public const int SelectsOffset = LegsOffset + (RuleCapacity * LegBlock.Words);
    public const int TracesOffset = SelectsOffset + (RuleCapacity * SelectBlock.Words);
    public const int Words = TracesOffset + (TraceLayout.Rings * TraceLayout.Words);

    // Words of a rule entry:
    public const int RuleMatched = 0;
    public const int RuleBytes = 1;

    /// <summary>Nanoseconds since 1970; 0: none yet, or its time is not known.</summary>
    public const int RuleLastArrival = 2;

    /// <summary>Upper and lower half of the last sender's address (IPv6 or IPv4-mapped), then its port.</summary>
    public const int RuleSourceHigh = 3;

    public const int RuleSourceLow = 4;
    public const int RuleSourcePort = 5;

    /// <summary>How often a datagram came from another sender than the one before.</summary>
    public const int RuleSourceChanges = 6;

    /// <summary>Printed as parse_err.</summary>
    public static bool IsParseError(DropReason reason) => reason is >= DropReason.Runt and <= DropReason.BadUdpChecksum;
}
