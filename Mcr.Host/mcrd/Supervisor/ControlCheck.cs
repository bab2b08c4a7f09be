using Mcr.Actors.Control;

namespace Mcr.Host.Mcrd.Supervisor;

/// <summary>
/// Asks as mcrctl would, over the socket, for what has to be refused: so it is known that commands are answered, and what they need is compiled
/// before the first one that counts (which took 100 ms longer than those after it).
/// </summary>
internal static class ControlCheck
{
    private const string NoName = "?"; // no rule and no group can have it

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly ControlRequest[] Requests =
    [
        new ControlRequest.Add { InputInterface = NoName, InputGroup = NoName, InputPort = "1", Outputs = [new OutputText { Interface = NoName, Group = NoName, Port = "1" }] },
        new ControlRequest.Remove { Name = NoName },
    ];

    /// <returns>null, or what is wrong.</returns>
    public static string? Run(string socket)
    {
        try
        {
            using var client = ControlClient.Connect(socket, Patience);
            return Requests.Select(client.Ask).OfType<ControlResponse.Success>().FirstOrDefault() is { } wrong
                ? $"what had to be refused was not: {wrong.Sentence}"
                : null;
        }
        catch (ControlClientException e)
        {
            return e.Message;
        }
    }
}
