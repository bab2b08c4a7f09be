namespace Mcr.Specs.Fixtures;

/// <summary>
/// Specs that measure, of time, rates or what this process holds, run one after another and with nothing beside them: on two CPUs they would measure
/// each other. Real processes alone are no reason to be here: what only asks whether something happens runs beside others, and the suite is done sooner.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SerialPackets
{
    public const string Name = "packets";
}
