namespace Mcr.Specs.Fixtures;

/// <summary>How an mcrd ends that nobody has told to.</summary>
public enum UnaskedEnd
{
    /// <summary>As Akka does it when it cannot go on.</summary>
    ActorSystem,

    /// <summary>As a thread does it in which something is thrown that nobody catches.</summary>
    Exception,
}
