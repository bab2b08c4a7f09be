namespace Mcr.Specs.Fixtures;

/// <summary>Feeds a decoder with damaged input: every answer must be a value or an <see cref="InvalidDataException"/>.</summary>
internal static class Mutations
{
    /// <returns>How many inputs were accepted.</returns>
    public static int Run(ITestOutputHelper output, byte[][] seeds, int rounds, Action<byte[]> decode)
    {
        int accepted = 0;
        Fuzzing.Run(output, rounds, random =>
        {
            byte[] input = Mutate(random, seeds[random.Next(seeds.Length)]);
            try
            {
                decode(input);
                accepted++;
            }
            catch (InvalidDataException)
            {
                // the one refusal there is
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{e.GetType().Name} for {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 200)))}", e);
            }
        });
        return accepted;
    }

    /// <summary>Bits flipped, bytes overwritten with telling values, cut, repeated.</summary>
    public static byte[] Mutate(Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (int n = random.Next(4); n >= 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = new byte[] { 0, 1, 0x7F, 0x80, 0xFF }[random.Next(5)];
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.AddRange(bytes.GetRange(at, Math.Min(bytes.Count - at, 64)));
                    break;
            }
        }

        return [.. bytes];
    }
}
