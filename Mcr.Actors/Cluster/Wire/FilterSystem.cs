using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;

namespace Mcr.Actors.Cluster.Wire;

/// <summary>Of what actors of Akka are told by the system: that one is watched, no more, or has ended. Not what makes, resumes or ends one, with exceptions of a named type.</summary>
internal sealed class FilterSystem(ExtendedActorSystem system)
    : FilteredSerializer(system, Id, new SystemMessageSerializer(system), typeof(Watch), typeof(Unwatch), typeof(DeathWatchNotification))
{
    public const int Id = 22;
}
