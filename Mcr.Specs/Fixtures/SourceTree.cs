namespace Mcr.Specs.Fixtures;

/// <summary>The repository's text files as somebody would see them in a fresh clone: without what builds and tools leave behind.</summary>
internal static class SourceTree
{
    private static readonly string[] Skipped = ["bin", "obj", "node_modules", "TestResults", "artifacts", "BenchmarkDotNet.Artifacts"];
    private static readonly string[] Hidden = [".ci", ".github", ".editorconfig", ".gitignore", ".dockerignore"];

    /// <returns>Text by path from the root, with slashes.</returns>
    public static Dictionary<string, string> Read(string root) => Under(new DirectoryInfo(root)).ToDictionary(f => Path.GetRelativePath(root, f), File.ReadAllText);

    private static IEnumerable<string> Under(DirectoryInfo directory)
    {
        foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos())
        {
            if (Skipped.Contains(entry.Name) || (entry.Name.StartsWith('.') && !Hidden.Contains(entry.Name)) || entry.LinkTarget is not null)
                continue;
            if (entry is FileInfo)
                yield return entry.FullName;
            else if (!File.Exists(Path.Combine(entry.FullName, ".git")))
                foreach (string file in Under((DirectoryInfo)entry))
                    yield return file;
        }
    }
}
