namespace Mcr.Host.Mcrd;

internal static class CommandLine
{
    public static int Run(string[] args) => args.Length;
}
