namespace Mcr.Specs.Fixtures;

/// <summary>
/// Specs with real packets at a rate run one after another and with nothing beside them: on two CPUs they would measure each other.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SerialPackets
{
    public const string Name = "packets";
}
