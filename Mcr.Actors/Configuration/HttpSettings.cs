namespace Mcr.Actors.Configuration;

/// <summary>Where metrics and health are served, as <c>mcr.http</c> says.</summary>
/// <param name="Listen">An address of this host; null: nowhere.</param>
public sealed record HttpSettings(HostPort? Listen);

/// <summary>Where metrics and traces are sent, as <c>mcr.otlp</c> says.</summary>
/// <param name="Endpoint">Of an OpenTelemetry collector, checked; empty: nowhere.</param>
/// <param name="IsGrpc">false: HTTP with protobuf.</param>
/// <param name="Headers">As <c>name=value,…</c>; empty: none.</param>
/// <param name="Interval">From one sending of metrics to the next.</param>
/// <param name="Timeout">For one of them.</param>
/// <param name="Metrics">Whether they are sent.</param>
/// <param name="Traces">Whether those of control operations are sent.</param>
public sealed record OtlpSettings(string Endpoint, bool IsGrpc, string Headers, TimeSpan Interval, TimeSpan Timeout, bool Metrics, bool Traces)
{
    public bool IsOff => Endpoint.Length == 0 || !(Metrics || Traces);
}
