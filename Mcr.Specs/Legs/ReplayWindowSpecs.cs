using CsCheck;
using Mcr.Native.Legs;

namespace Mcr.Specs.Legs;

public sealed unsafe class ReplayWindowSpecs : IDisposable
{
    /// <summary>How far from the greatest one the next number is.</summary>
    private static readonly Gen<long> Steps = Gen.Frequency(
        (8, Gen.Const(1L)), (6, Gen.Long[-20, 3]), (4, Gen.Long[-4200, -4000]), (3, Gen.Long[-4096, 0]), (2, Gen.Long[60, 70]), (2, Gen.Long[4000, 4300]), (1, Gen.Long[0, 1_000_000]), (1, Gen.Long[-1_000_000, 0]));

    private readonly PinnedWords _words = new(ReplayWindow.Words);

    public void Dispose() => _words.Dispose();

    /// <summary>A model that remembers each number.</summary>
    [Fact]
    [Trait("kind", "fuzz")]
    public void Window_should_answer_as_a_list_of_all_numbers() =>
        Gen.Select(Gen.OneOf(Gen.Long[0, 200], Gen.Long[0, LegHeader.SequenceEnd - 2_000_000_000]), Steps.Array[1, 200]).Sample(
            (start, steps) =>
            {
                using var words = new PinnedWords(ReplayWindow.Words);
                var taken = new HashSet<long>();
                long greatest = start;
                foreach (long step in steps)
                {
                    long sequence = Math.Max(0, greatest + step);
                    bool isFirst = taken.Count == 0;
                    ReplayAnswer expected = !isFirst && sequence <= greatest - ReplayWindow.Size && sequence < greatest ? ReplayAnswer.Old
                        : taken.Add(sequence) ? ReplayAnswer.Fresh : ReplayAnswer.Repeated;
                    greatest = isFirst ? sequence : Math.Max(greatest, sequence);
                    Assert.Equal(expected, ReplayWindow.Take(words.Pointer, sequence));
                    Assert.Equal(greatest + 1, ReplayWindow.Next(words.Pointer));
                }
            },
            iter: 5_000);

    [Theory]
    [InlineData(4096)]
    [InlineData(1_000_003)]
    public void Window_should_reach_back_4096_numbers_and_not_one_more(long greatest)
    {
        Assert.Equal(ReplayAnswer.Fresh, Take(greatest));
        Assert.Equal(ReplayAnswer.Old, Take(greatest - 4096));
        Assert.Equal(ReplayAnswer.Fresh, Take(greatest - 4095));
        Assert.Equal(ReplayAnswer.Repeated, Take(greatest - 4095));
        Assert.Equal(ReplayAnswer.Repeated, Take(greatest));
        Assert.Equal(ReplayAnswer.Fresh, Take(greatest + 1));
        Assert.Equal(ReplayAnswer.Old, Take(greatest - 4095));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Number_that_no_datagram_has_should_be_old_and_change_nothing(long sequence)
    {
        Assert.Equal(ReplayAnswer.Old, Take(sequence));
        Assert.Equal(0, ReplayWindow.Next(_words.Pointer));
    }

    [Fact]
    public void Greatest_number_of_all_should_be_taken_once()
    {
        Assert.Equal(ReplayAnswer.Fresh, Take(long.MaxValue - 1));
        Assert.Equal(ReplayAnswer.Repeated, Take(long.MaxValue - 1));
        Assert.Equal(ReplayAnswer.Fresh, Take(long.MaxValue - 2));
    }

    private ReplayAnswer Take(long sequence) => ReplayWindow.Take(_words.Pointer, sequence);
}
