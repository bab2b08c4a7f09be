using System.Reflection;
using System.Runtime.CompilerServices;
using Mcr.Native.Analysis;
using Mcr.Native.Egress;
using Mcr.Native.Feeds;
using Mcr.Native.Interop;
using Mcr.Native.Legs;
using Mcr.Native.Loop;
using Mcr.Native.Redundancy;
using Mcr.Native.Trace;

namespace Mcr.Native.Worker;

/// <summary>
/// What a worker that stands by does meanwhile: it has its own code compiled, so that it relays within milliseconds of its greeting in place of
/// hundreds. On a thread of its own that gives way to all others, and ends with the greeting. Of code that was compiled ahead of time only the first calls
/// of foreign functions are left to do.
/// </summary>
internal sealed class Rehearsal : IDisposable
{
    private const int LeastPriority = 19;
    private const BindingFlags Every = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>What the loop has not needed yet, and will need when a rule is changed: no more, since compiled code stays in memory.</summary>
    private static readonly Type[] NeededLater =
    [
        typeof(PayloadAnalyser), typeof(RtpAnalyser), typeof(TransportStreamAnalyser), typeof(SequenceWindow), typeof(Flows), typeof(LatencyMeter),
        typeof(Tracer), typeof(OutcomeMarks), typeof(Pacer), typeof(PacketHeaders), typeof(SendQueue), typeof(Sender), typeof(RelayLoop), typeof(TakeoverWatch), typeof(Takeover), typeof(EchoTable), typeof(EchoFrame),
        typeof(LegSender), typeof(LegReceiver), typeof(LegHeader), typeof(LegKeys), typeof(LegMac), typeof(SipHash), typeof(ReplayWindow), typeof(LegLatency),
    ];

    /// <summary>Likewise, of workers that have rules with several inputs: others would have a megabyte of it for nothing.</summary>
    private static readonly Type[] NeededByFeeds = [typeof(FailoverChooser), typeof(InputLosses), typeof(StreamMerger), typeof(SequenceReader), typeof(MergePlaces), typeof(HeldDatagrams), typeof(ContentWindow), typeof(SelectedStream)];

    private volatile bool _greeted;

    /// <returns>null when the greeting is there already: it is being waited for.</returns>
    public static Rehearsal? BeginUnlessGreeted(WorkerChannel channel)
    {
        if (channel.HasMessage)
            return null;
        var rehearsal = new Rehearsal();
        new Thread(rehearsal.Run) { Name = "rehearsal", IsBackground = true }.Start();
        return rehearsal;
    }

    /// <summary>
    /// Once the loop runs: what it will need when a rule is traced, analysed or paced for the first time is compiled now, beside it, and not then, in its middle.
    /// </summary>
    /// <param name="hasFeeds">There are rules with several inputs.</param>
    public static void BeginOfTheDataPath(bool hasFeeds)
    {
        if (RuntimeFeature.IsDynamicCodeCompiled)
            new Thread(() => new Rehearsal().Prepare(hasFeeds ? [.. NeededByFeeds, .. NeededLater] : NeededLater)) { Name = "rehearsal", IsBackground = true }.Start();
    }

    public void Dispose() => _greeted = true;

    private void Run()
    {
        FirstCalls.Make();
        if (RuntimeFeature.IsDynamicCodeCompiled)
            Prepare(typeof(Rehearsal).Assembly.GetTypes().Where(t => !t.ContainsGenericParameters));
    }

    private void Prepare(IEnumerable<Type> types)
    {
        _ = Libc.setpriority(Libc.PRIO_PROCESS, 0, LeastPriority); // of this thread
        foreach (Type type in types)
        {
            foreach (MethodBase method in type.GetMethods(Every).Concat<MethodBase>(type.GetConstructors(Every)))
            {
                if (_greeted)
                    return;
                if (!method.IsAbstract && !method.ContainsGenericParameters)
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }
    }
}
