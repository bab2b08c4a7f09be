using Mcr.Native.Egress;
using Mcr.Native.Interop;

namespace Mcr.Native.Worker;

/// <summary>
/// Where a rule's counting began: entries of a slot are given to one rule after another and never reset, so mcrd notes what an entry had counted when
/// it was given away. In memory like a slot's, of an interface's own, which its workers keep for the mcrd that will adopt them.
/// </summary>
public sealed unsafe class CounterBases : IDisposable
{
    private readonly WorkerSlot _memory;

    private CounterBases(WorkerSlot memory) => _memory = memory;

    public FileDescriptor Descriptor => _memory.Descriptor;

    public static CounterBases Create() => new(WorkerSlot.Create("mcr-bases"));

    /// <summary>Takes ownership of the descriptor.</summary>
    /// <exception cref="InvalidDataException">not such memory, or of another version.</exception>
    public static CounterBases Open(FileDescriptor descriptor) => new(WorkerSlot.Open(descriptor));

    public long ReadRule(int entry, int word) => _memory.ReadRule(entry, word);

    public long ReadOutput(int entry, int word) => _memory.ReadOutput(entry, word);

    public void WriteRule(int entry, int word, long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.RuleCapacity);
        Volatile.Write(ref _memory.Words[SlotLayout.RulesOffset + (entry * SlotLayout.WordsPerRule) + word], value);
    }

    public void WriteOutput(int entry, int word, long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)SlotLayout.OutputCapacity);
        Volatile.Write(ref _memory.Words[SlotLayout.OutputsOffset + (entry * EgressCounters.WordsPerOutput) + word], value);
    }

    public void Dispose() => _memory.Dispose();
}
