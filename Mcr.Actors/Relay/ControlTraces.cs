using System.Diagnostics;
using Mcr.Actors.Control;

namespace Mcr.Actors.Relay;

/// <summary>
/// What is asked of mcrd as spans, for whoever listens to the source <see cref="Name"/>: one for each request, from who asked to its answer, and within it one for each time that the relay, the cluster or
/// another node was asked for it. Who listens to nothing pays nothing.
/// </summary>
internal static class ControlTraces
{
    public const string Name = "Mcr";

    private static readonly ActivitySource Source = new(Name);

    private const int LongestText = 500;

    /// <returns>null: nobody listens, or mcrd asks itself, as it does for each scrape and when it has started. It has no status until its answer is noted: who went before that is seen by it.</returns>
    public static Activity? Begin(ControlRequest request, ControlPeer peer)
    {
        if ((peer.IsMcrd && ControlAccess.OnlyAsks(request)) || peer.Pid == Environment.ProcessId)
            return null;
        Activity? span = Source.StartActivity($"control {Verb(request)}", ActivityKind.Server);
        span?.SetTag("mcr.via", peer.Via).SetTag("mcr.user", peer.Who).SetTag("mcr.changes", !ControlAccess.OnlyAsks(request));
        if (request.Node is { } node)
            span?.SetTag("mcr.node", node);
        return span;
    }

    /// <param name="whom"><c>relay</c>, <c>cluster</c> or <c>node b</c>.</param>
    /// <returns>null outside of a request that is traced.</returns>
    public static Activity? BeginAsking(string whom) => Activity.Current?.Source == Source ? Source.StartActivity($"ask {whom}") : null;

    public static void Note(Activity? span, ControlResponse response)
    {
        if (span is null)
            return;
        if (response is ControlResponse.Error error)
            span.SetStatus(ActivityStatusCode.Error, Short(string.Join("; ", error.Problems)));
        else
            span.SetStatus(ActivityStatusCode.Ok);
        if (response is ControlResponse.Success success)
            span.SetTag("mcr.answer", Short(success.Sentence));
    }

    private static string Short(string text) => text.Length <= LongestText ? text : $"{text[..LongestText]}…";

    /// <summary>As <c>list-rules</c> for ListRules.</summary>
    private static string Verb(ControlRequest request) => string.Concat(request.GetType().Name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
