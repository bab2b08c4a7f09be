namespace Mcr.Actors.Cluster.Rules;

/// <summary>Names of writers: a node, and a random number that is as old as its state file. Who has lost the file is another writer.</summary>
internal static class Writers
{
    public static string Name(string node, ulong epoch) => $"{node}#{epoch:x16}";

    public static string NodeOf(string writer) => writer.LastIndexOf('#') is > 0 and int end ? writer[..end] : writer;
}
