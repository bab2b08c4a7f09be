namespace Mcr.Actors.Console;

/// <summary>The numbers of what consoles and mcrd say to each other. The bytes of a request and of its response are those of the control socket.</summary>
public static class ConsoleProtocol
{
    public const int Version = 1;

    /// <summary>Of the ActorSystem that consoles talk to, whatever the cluster is called.</summary>
    public const string SystemName = "mcr";

    /// <summary>The only actor there that others may send to.</summary>
    public const string Path = "/user/console";

    /// <summary>Requests and responses go in parts of this, but for the last: one frame holds each.</summary>
    public const int PartBytes = 1 << 16;

    /// <summary>Parts under way that the other end has not said to have taken.</summary>
    public const int Window = 16;

    public const int NonceBytes = 32;

    /// <summary>Everything of a message but a part: a certificate is the most of it.</summary>
    public const int MaxHeadBytes = 1 << 15;
}
