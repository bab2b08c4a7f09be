using System.Text;

namespace Mcr.Actors.Cluster.Rules;

/// <summary>Which rule of which node.</summary>
internal readonly record struct RuleKey(string Node, string Id)
{
    /// <summary>So many entries of DistributedData share all rules: each is small enough for one frame, and only those that change travel.</summary>
    public const int Shards = 256;

    /// <summary>Of FNV-1a over <c>node NUL id</c>: the same on every node and in every version.</summary>
    public int Shard
    {
        get
        {
            uint hash = 2_166_136_261;
            foreach (byte b in Encoding.UTF8.GetBytes($"{Node}\0{Id}"))
                hash = (hash ^ b) * 16_777_619;
            return (int)(hash % Shards);
        }
    }

    /// <summary>DistributedData's key of a shard.</summary>
    public static string NameOf(int shard) => $"rules-{shard:000}";

    public static int Compare(RuleKey one, RuleKey other) => string.CompareOrdinal(one.Node, other.Node) is not 0 and int order ? order : string.CompareOrdinal(one.Id, other.Id);

    public override string ToString() => $"{Node}/{Id}";
}
