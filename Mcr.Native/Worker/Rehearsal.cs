using System.Reflection;
using System.Runtime.CompilerServices;
using Mcr.Native.Interop;
using Mcr.Native.Loop;

namespace Mcr.Native.Worker;

/// <summary>
/// What a worker that stands by does meanwhile: it has its own code compiled, so that it relays within milliseconds of its greeting in place of
/// hundreds. On a thread of its own that gives way to all others, and ends with the greeting.
/// </summary>
internal sealed class Rehearsal : IDisposable
{
    private const int LeastPriority = 19;
    private const BindingFlags Every = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>What the loop is made of, with what it has not needed yet.</summary>
    private static readonly string[] DataPath = [.. new[] { "Ingress", "Packet", "Rules", "Analysis", "Trace", "Egress", "Loop" }.Select(part => $"{nameof(Mcr)}.{nameof(Native)}.{part}")];

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
    public static void BeginOfTheDataPath() => new Thread(() => new Rehearsal().Prepare(type => DataPath.Contains(type.Namespace))) { Name = "rehearsal", IsBackground = true }.Start();

    public void Dispose() => _greeted = true;

    private void Run()
    {
        FirstCalls.Make();
        Prepare(_ => true);
    }

    private void Prepare(Func<Type, bool> which)
    {
        _ = Libc.setpriority(Libc.PRIO_PROCESS, 0, LeastPriority); // of this thread
        foreach (Type type in typeof(Rehearsal).Assembly.GetTypes().Where(t => !t.ContainsGenericParameters && which(t)))
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
