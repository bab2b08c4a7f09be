using System.Runtime.InteropServices;
using Mcr.Native.Feeds;
using Mcr.Native.Worker;

namespace Mcr.Specs.Feeds;

/// <summary>What a running worker has counted of its only rule with several inputs, read from its slot, which its process has open.</summary>
internal sealed class SelectCounters
{
    private readonly long[] _words;

    private SelectCounters(long[] words) => _words = words;

    public long this[int word] => _words[word];

    /// <param name="pid">The worker's.</param>
    /// <param name="rule">Its counter: 0 for the only one.</param>
    public static SelectCounters Read(int pid, int rule = 0)
    {
        foreach (string path in Directory.GetFiles($"/proc/{pid}/fd"))
        {
            if (new FileInfo(path).LinkTarget?.StartsWith("/memfd:mcr-slot", StringComparison.Ordinal) != true)
                continue;
            long[] words = new long[SelectBlock.Words];
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite);
            RandomAccess.Read(file, MemoryMarshal.AsBytes(words.AsSpan()), (SlotLayout.SelectsOffset + ((long)rule * SelectBlock.Words)) * sizeof(long));
            return new SelectCounters(words);
        }

        throw new InvalidOperationException($"process {pid} has no slot");
    }

    public long Of(int input, int word) => _words[SelectBlock.InputAt(input) + word];

    /// <summary>What was counted since.</summary>
    public SelectCounters Since(SelectCounters before) => new([.. _words.Select((w, i) => w - before._words[i])]);

    public string Describe(int inputs) =>
        $"merged={this[SelectBlock.Merged]} lost={this[SelectBlock.Lost]} restarts={this[SelectBlock.Restarts]} overflows={this[SelectBlock.Overflows]} switches={this[SelectBlock.Switches]}"
        + string.Concat(Enumerable.Range(0, inputs).Select(i => $" | input {i + 1}: received={Of(i, SelectBlock.Received)} lost={Of(i, SelectBlock.InputLost)} late={Of(i, SelectBlock.Late)} won={Of(i, SelectBlock.Won)} "
            + $"recovered={Of(i, SelectBlock.Recovered)} duplicates={Of(i, SelectBlock.Duplicates)} astray={Of(i, SelectBlock.Astray)} unusable={Of(i, SelectBlock.Unusable)} differing={Of(i, SelectBlock.Differing)} reordered={Of(i, SelectBlock.Reordered)}"));
}
