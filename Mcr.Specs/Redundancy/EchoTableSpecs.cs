using CsCheck;
using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>The table of who is heard, against a dictionary.</summary>
public sealed class EchoTableSpecs
{
    /// <summary>From few values, so that there are near misses of every kind; a link of 0 is anybody.</summary>
    private static readonly Gen<EchoKey> GenKey = Gen.Select(
        Gen.Int[0, 2],
        Gen.Select(Gen.OneOf(Gen.Const(0xFFFFEF010100UL), Gen.Const(0x1UL)), Gen.Int[0, 5]).Select(g => (UInt128)g.Item1 + (uint)g.Item2),
        Gen.Int[5000, 5004].Select(port => (ushort)port),
        Gen.ULong[0, 4].Select(link => link == 0 ? 0 : 0x0200_0000_0000 + link),
        (socket, group, port, link) => new EchoKey(socket, group, port, link));

    private static readonly Gen<EchoEntry> GenEntry = Gen.Select(Gen.Int[0, 70_000], Gen.Int[EchoTable.Stranger, 7], (counter, rank) => new EchoEntry(counter, rank));

    /// <summary>Whoever is known is found as himself, anybody else as a stranger where somebody listens, and nobody on another socket.</summary>
    [Fact]
    public void Table_should_find_what_a_dictionary_finds() => Gen.Select(Gen.OneOf(Gen.Select(GenKey, GenEntry).Array[0, 8], Gen.Select(GenKey, GenEntry).Array[0, 200]), GenKey.Array[100]).Sample((echoes, asked) =>
    {
        Dictionary<EchoKey, EchoEntry> model = echoes.DistinctBy(e => e.Item1).ToDictionary(e => e.Item1, e => e.Item2);
        var table = new EchoTable([.. model.Select(e => (e.Key, e.Value))]);
        foreach (EchoKey key in asked.Concat(model.Keys))
        {
            bool isThere = model.TryGetValue(key, out EchoEntry expected) || model.TryGetValue(key with { Link = 0 }, out expected);
            Assert.Equal((isThere, expected), (table.TryFind(key.Socket, key.Group, key.Port, key.Link, out EchoEntry found), found));
        }
    }, iter: 3_000);

    [Fact]
    public void Empty_table_should_find_nothing() => Assert.False(new EchoTable([]).TryFind(0, 1, 2, 3, out _));
}
