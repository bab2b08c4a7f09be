using System.Diagnostics;
using System.Text;
using Mcr.Actors.Configuration;
using Mcr.Actors.Configuration.Hocon;

namespace Mcr.Specs.Configuration;

/// <summary>Whatever the text: a tree or a sentence with its place, soon.</summary>
public sealed class HoconFuzzSpecs(ITestOutputHelper output)
{
    private const int Cases = 150_000;

    private static readonly string[] Seeds =
    [
        SettingsReader.Reference,
        "a { b = ${c}, c = ${?a.b} }\nc += { x = [1, ${a}] }\na.b = \"\"\"x\"\"\" ${HOME}",
        "mcr.rules = [ { name = v, input { interface = e, group = \"239.1.1.1\", port = 1 }, outputs = [ { group = ${x} } ] } ] // c\nx = [${?y}] \"\\u0041\"",
        "a = ${a} ${b}\nb = ${a}${a}\na.b.c = { d : [ [ [ ] ] ] }\n\"q.r\" = null # end",
    ];

    private static readonly string[] Pieces = ["{", "}", "[", "]", "${", "${?", "}", "=", "+=", ":", ",", ".", "\n", "\"", "\"\"\"", "a", "b", "${a}", "${b}", "a.b", "include \"x\"", " ", "1", "null", "#", "//", "\\", "\0", "é"];

    [Fact]
    [Trait("kind", "fuzz")]
    public void Damaged_text_should_never_do_worse_than_a_sentence()
    {
        long trees = 0;
        TimeSpan slowest = TimeSpan.Zero;
        long cases = Fuzzing.Run(output, Cases, random =>
        {
            string text = random.Next(3) == 0 ? Compose(random) : Damage(random, Seeds[random.Next(Seeds.Length)]);
            long start = Stopwatch.GetTimestamp();
            try
            {
                HoconJson.Write(HoconSpecs.Parse(text));
                trees++;
            }
            catch (HoconException e) when (e.At.Line > 0 && e.Sentence.Length > 0)
            {
                // the one refusal there is
            }
            catch (Exception e)
            {
                throw new InvalidDataException(text, e);
            }

            TimeSpan took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
        });
        output.WriteLine($"{trees} trees, slowest {slowest.TotalMilliseconds:0.0} ms");
        Assert.InRange(trees, cases / 100, cases);
        Assert.InRange(slowest.TotalSeconds, 0, 2);
    }

    private static string Compose(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(1, 30); i > 0; i--)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        return text.ToString();
    }

    private static string Damage(Random random, string seed)
    {
        int from = random.Next(seed.Length);
        var text = new StringBuilder(seed.Length > 600 ? seed.Substring(from, Math.Min(600, seed.Length - from)) : seed);
        for (int i = random.Next(1, 5); i > 0 && text.Length > 1; i--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, random.Next(1, Math.Min(8, text.Length - at) + 1));
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(0, 0x250);
                    break;
                default:
                    text.Append(text.ToString(at, Math.Min(20, text.Length - at)));
                    break;
            }
        }

        return text.ToString();
    }
}
