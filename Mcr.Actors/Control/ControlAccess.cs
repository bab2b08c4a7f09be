namespace Mcr.Actors.Control;

/// <summary>
/// Who may do what on the control socket. Without a read-only group the socket's mode alone decides who may connect, and whoever may, may do
/// everything. With one anybody can connect, and is judged by user and groups before a byte is read. Pure.
/// </summary>
/// <param name="Owner">The user that mcrd runs as.</param>
/// <param name="Group">The socket's.</param>
/// <param name="ReadOnlyGroup">null for none.</param>
internal sealed record ControlAccess(uint Owner, uint Group, uint? ReadOnlyGroup)
{
    private const uint Root = 0;

    /// <summary>Requests that only ask. Every other one changes something, also such as nobody has thought of here.</summary>
    public static bool OnlyAsks(ControlRequest request) => request
        is ControlRequest.ListRules or ControlRequest.Stats or ControlRequest.ListWorkers or ControlRequest.Interfaces or ControlRequest.Ping or ControlRequest.Version
        or ControlRequest.ClusterStatus or ControlRequest.ClusterRules or ControlRequest.ClusterLeg
        or ControlRequest.ShowConfig or ControlRequest.ShowAudit or ControlRequest.GetLogLevels or ControlRequest.Events or ControlRequest.TraceGet
        or ControlRequest.ChangeRules { DryRun: true };

    /// <param name="groups">The main one and all others.</param>
    /// <returns>Whether requests that change something are obeyed; null when not even questions are answered.</returns>
    public bool? Judge(uint uid, IReadOnlyCollection<uint> groups) =>
        ReadOnlyGroup is not { } readers || uid is Root || uid == Owner || groups.Contains(Group) ? true
        : groups.Contains(readers) ? false
        : null;
}
