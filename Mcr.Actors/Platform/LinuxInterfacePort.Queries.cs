using Mcr.Native.Ingress;

namespace Mcr.Actors.Platform;

/// <summary>Who asks on the device's segment for memberships. No worker gets this socket.</summary>
public sealed partial class LinuxInterfacePort
{
    private QuerySocket? _queries;

    public string? ListenForQueries() => _queries is null ? Try(() => _queries = QuerySocket.Open(Link)) : null;

    public IReadOnlyList<MembershipQuery> TakeQueries() => _queries?.Take() ?? [];
}
