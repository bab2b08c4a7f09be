using System.Numerics;

namespace Mcr.Specs.Legs;

/// <summary>SipHash-2-4 with 128 bits as its paper describes it, with numbers that know no word size, reduced after each step: slow, and nothing in common with the code.</summary>
internal static class SipHashModel
{
    private static readonly BigInteger Modulus = BigInteger.One << 64;

    public static byte[] Compute(byte[] key, byte[] message)
    {
        BigInteger k0 = Number(key[..8]);
        BigInteger k1 = Number(key[8..]);
        byte[] padded = [.. message, .. new byte[7 - (message.Length % 8)], (byte)(message.Length % 256)];
        BigInteger[] v = [k0 ^ Text("somepseu"), k1 ^ Text("dorandom") ^ 0xee, k0 ^ Text("lygenera"), k1 ^ Text("tedbytes")];
        foreach (byte[] block in padded.Chunk(8))
        {
            BigInteger m = Number(block);
            v[3] ^= m;
            Rounds(v, 2);
            v[0] ^= m;
        }

        v[2] ^= 0xee;
        Rounds(v, 4);
        byte[] first = Bytes(v[0] ^ v[1] ^ v[2] ^ v[3]);
        v[1] ^= 0xdd;
        Rounds(v, 4);
        return [.. first, .. Bytes(v[0] ^ v[1] ^ v[2] ^ v[3])];
    }

    private static void Rounds(BigInteger[] v, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Half(v, 0, 1, 13, turned: 0);
            Half(v, 2, 3, 16, turned: -1);
            Half(v, 2, 1, 17, turned: 2);
            Half(v, 0, 3, 21, turned: -1);
        }
    }

    /// <summary>One of the four quarters of a round: add, turn, xor; and of two of them, turn what was added to by half.</summary>
    private static void Half(BigInteger[] v, int sum, int other, int by, int turned)
    {
        v[sum] = (v[sum] + v[other]) % Modulus;
        v[other] = Turn(v[other], by) ^ v[sum];
        if (turned == sum)
            v[sum] = Turn(v[sum], 32);
    }

    private static BigInteger Turn(BigInteger value, int by) => (value * BigInteger.Pow(2, by) % Modulus) + (value / BigInteger.Pow(2, 64 - by));

    /// <summary>The paper's constants: eight letters, the first one highest.</summary>
    private static BigInteger Text(string letters) => new(System.Text.Encoding.ASCII.GetBytes(letters), isUnsigned: true, isBigEndian: true);

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true);

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true);
        return [.. bytes, .. new byte[8 - bytes.Length]];
    }
}
