namespace Mcr.Host.Mcrd.Health;

/// <summary>Which question a check answers. Akka.Hosting calls its own by the same names.</summary>
internal static class HealthTags
{
    /// <summary>mcrd answers; if not, it is to be started again.</summary>
    public const string Live = "liveness";

    /// <summary>It relays what it should.</summary>
    public const string Ready = "ready";
}
