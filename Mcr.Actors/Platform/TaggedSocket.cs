using Mcr.Native.Egress;

namespace Mcr.Actors.Platform;

/// <summary>An egress socket and what a later mcrd is to know of it.</summary>
internal readonly record struct TaggedSocket(OutputSocket Socket, string Tag);
