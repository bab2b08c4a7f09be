using Mcr.Native.Egress;
using Mcr.Native.Interop;
using Mcr.Native.Worker;

namespace Mcr.Actors.Platform;

/// <summary>Where each entry's present counting began, in memory that outlives mcrd. Owned by the port.</summary>
internal sealed class LinuxCounterBases : IDisposable
{
    private readonly CounterBases _memory;

    /// <param name="inherited">From an earlier mcrd; taken ownership of.</param>
    /// <exception cref="InvalidDataException">what was inherited is of another version.</exception>
    public LinuxCounterBases(FileDescriptor? inherited) => _memory = inherited is null ? CounterBases.Create() : CounterBases.Open(inherited);

    public FileDescriptor Descriptor => _memory.Descriptor;

    /// <param name="now">What the entry has counted: its base is no more, even where a worker's counters were lost with it.</param>
    public RuleCounters Rule(int entry, RuleCounters now) => new(Math.Min(_memory.ReadRule(entry, 0), now.Matched), Math.Min(_memory.ReadRule(entry, 1), now.MatchedBytes));

    /// <inheritdoc cref="Rule"/>
    public OutputCounters Output(int entry, OutputCounters now) => new(
        Base(entry, EgressCounters.SentWord, now.Sent),
        Base(entry, EgressCounters.BytesWord, now.SentBytes),
        Base(entry, EgressCounters.ErrorsWord, now.Errors))
    {
        Reasons = [.. now.Reasons.Select((value, i) => Base(entry, EgressCounters.FirstReasonWord + i, value))],
        Trains = [.. now.Trains.Select((value, i) => Base(entry, EgressCounters.FirstTrainWord + i, value))],
    };

    public RuleCounters SetRule(int entry, RuleCounters now)
    {
        _memory.WriteRule(entry, 0, now.Matched);
        _memory.WriteRule(entry, 1, now.MatchedBytes);
        return now;
    }

    public OutputCounters SetOutput(int entry, OutputCounters now)
    {
        Write(entry, EgressCounters.SentWord, now.Sent);
        Write(entry, EgressCounters.BytesWord, now.SentBytes);
        Write(entry, EgressCounters.ErrorsWord, now.Errors);
        for (int i = 0; i < now.Reasons.Length; i++)
            Write(entry, EgressCounters.FirstReasonWord + i, now.Reasons[i]);
        for (int i = 0; i < now.Trains.Length; i++)
            Write(entry, EgressCounters.FirstTrainWord + i, now.Trains[i]);
        return now;
    }

    public void Dispose() => _memory.Dispose();

    private long Base(int entry, int word, long now) => Math.Min(_memory.ReadOutput(entry, word), now);

    /// <summary>Pages that nobody writes to cost nothing: an entry that was never used is not touched.</summary>
    private void Write(int entry, int word, long value)
    {
        if (_memory.ReadOutput(entry, word) != value)
            _memory.WriteOutput(entry, word, value);
    }
}
