using CsCheck;
using Mcr.Native.Feeds;
using Mcr.Native.Rules;

namespace Mcr.Specs.Feeds;

/// <summary>Any history of inputs that come and go, slow down and lose, of loops that are late and workers that die: relayed is what a model says that looks all of it through again.</summary>
public sealed class FailoverModelSpecs(ITestOutputHelper output)
{
    private static readonly int[] s_pauses = [0, 1, 7, 30, 60, 110, 400, 1_200];

    private static readonly Gen<SelectSettings> s_settings =
        Gen.Select(OneOf(10, 100, 1_500), OneOf(0, 5, 40), OneOf(0, 50_000, 300_000), Gen.Bool, OneOf(0, 200, 2_000), (timeout, rate, loss, revert, after) =>
            new SelectSettings(SelectMode.Failover, loss == 0 ? null : new SelectKey(SelectKeyKind.Rtp)) { ReceiveTimeoutMilliseconds = timeout, MinRate = rate, MaxLossPpm = loss, Revert = revert, RevertAfterMilliseconds = after });

    /// <summary>A pause, which inputs have nothing left afterwards (bits), the input of each datagram and what it has lost before, and whether a worker has died.</summary>
    private static readonly Gen<(int Pause, int Taken, (int Input, int Lost)[] Datagrams, bool Dies)> s_turn =
        Gen.Select(OneOf(s_pauses), Gen.Int[0, 7], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 20]).Array[1, 6], Gen.Int[0, 60], (pause, taken, datagrams, dies) =>
            (pause, taken | (dies % 4 == 0 ? 7 : 0), datagrams.Select(d => (d.Item1 < 6 ? d.Item1 % 3 : 0, d.Item2 == 0 ? 3 : 0)).ToArray(), dies == 60));

    [Fact]
    [Trait("kind", "fuzz")]
    public void Chooser_should_relay_what_a_model_relays_that_looks_through_everything_again()
    {
        long switches = 0;
        long bad = 0;
        long relayed = 0;
        Gen.Select(s_settings, s_turn.Array[1, 80]).Sample(
            (settings, turns) =>
            {
                FailoverModel model = Run(settings, turns, out int forwarded);
                Interlocked.Add(ref switches, model.Switches);
                Interlocked.Add(ref bad, model.BadWindows);
                Interlocked.Add(ref relayed, forwarded);
            },
            iter: Fuzzing.Cases(2_000));
        output.WriteLine($"{relayed} relayed, {switches} switches, {bad} windows that were not good");
        Assert.True(switches > 1_000 && bad > 1_000, "a spec that sees no such case says nothing of it");
    }

    private static Gen<int> OneOf(params int[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static unsafe FailoverModel Run(SelectSettings settings, (int Pause, int Taken, (int Input, int Lost)[] Datagrams, bool Dies)[] turns, out int relayed)
    {
        const int Inputs = 3;
        using var block = new PinnedWords(SelectBlock.Words);
        var chooser = new FailoverChooser(settings, Inputs, block.Pointer);
        var model = new FailoverModel(settings, Inputs);
        long now = 5_000_000_000;
        long[] until = new long[Inputs];
        ushort[] numbers = new ushort[Inputs];
        relayed = 0;
        foreach ((int pause, int taken, (int Input, int Lost)[] datagrams, bool dies) in turns)
        {
            now += pause * 1_000_000L;
            if (dies)
            {
                chooser = new FailoverChooser(settings, Inputs, block.Pointer);
                model.Restart();
                Array.Clear(until);
            }

            chooser.Look(now, until);
            model.Look(now, until);
            foreach ((int input, int lost) in datagrams)
            {
                numbers[input] += (ushort)(lost + 1);
                fixed (byte* payload = FailoverBench.Rtp(numbers[input], 7))
                {
                    bool isRelayed = chooser.Take(input, payload, 12, now);
                    Assert.Equal(model.Take(input, now, lost), isRelayed);
                    relayed += isRelayed ? 1 : 0;
                }
            }

            for (int i = 0; i < Inputs; i++)
                until[i] = (taken & (1 << i)) != 0 ? now : until[i];
        }

        long won = Enumerable.Range(0, Inputs).Sum(i => block.Pointer[SelectBlock.InputAt(i) + SelectBlock.Won]);
        long astray = Enumerable.Range(0, Inputs).Sum(i => block.Pointer[SelectBlock.InputAt(i) + SelectBlock.Astray]);
        Assert.Equal((relayed, relayed, turns.Sum(t => t.Datagrams.Length), model.Switches), (won, block.Pointer[SelectBlock.Merged], won + astray, block.Pointer[SelectBlock.Switches]));
        return model;
    }
}
