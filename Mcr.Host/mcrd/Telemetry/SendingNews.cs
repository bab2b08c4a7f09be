using Mcr.Actors.Configuration;
using Microsoft.Extensions.Logging;

namespace Mcr.Host.Mcrd.Telemetry;

/// <summary>Whether something is taken by the collector, said when that changes and at no other time. Thread-safe.</summary>
/// <param name="what">Metrics or traces.</param>
/// <param name="interval">It is tried again so often.</param>
internal sealed class SendingNews(string what, OtlpSettings settings, TimeSpan interval, ILogger log)
{
    private bool _isFailing;

    public void Sent(bool isTaken) => Say(isTaken ? null : $"they were refused, or not taken within {settings.Timeout.TotalSeconds:0.#} s");

    /// <param name="why">null: it works.</param>
    public void Say(string? why)
    {
        bool wasFailing = Interlocked.Exchange(ref _isFailing, why is not null);
        if (why is not null && !wasFailing)
            log.LogWarning("{What} cannot be sent to {Endpoint}: {Why}; it is tried again every {Interval} s, and nothing else is said until they are taken", what, settings.Endpoint, why, interval.TotalSeconds);
        else if (why is null && wasFailing)
            log.LogInformation("{What} are sent to {Endpoint} again", what, settings.Endpoint);
    }
}
