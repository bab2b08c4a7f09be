namespace Mcr.Actors.Cluster.Tls;

/// <summary>How a place answered.</summary>
public enum ProbeOutcome
{
    /// <summary>A handshake with certificates on both sides.</summary>
    Ok,

    /// <summary>Somebody listens; nothing more was asked, since plain text is spoken.</summary>
    Reached,

    /// <summary>Nobody listens.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    Silent,

    /// <summary>No way there.</summary>
    NoRoute,

    /// <summary>The host's name is not known.</summary>
    UnknownName,

    /// <summary>Something else than TLS.</summary>
    NoTls,

    /// <summary>The certificate shown there is refused here.</summary>
    TheirCertificate,

    /// <summary>This side's certificate is refused there.</summary>
    OurCertificate,
}

/// <summary>What <see cref="TlsProbe"/> found.</summary>
/// <param name="Sentence">For the operator: what happened, and what to do.</param>
/// <param name="Name">Of the certificate there, if one was shown.</param>
public sealed record Probed(ProbeOutcome Outcome, string Sentence, string? Name)
{
    /// <summary>It can be dialled.</summary>
    public bool IsOk => Outcome is ProbeOutcome.Ok or ProbeOutcome.Reached;

    /// <summary>The sentence, when it cannot be dialled.</summary>
    public string? Problem => IsOk ? null : Sentence;
}
