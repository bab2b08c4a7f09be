using System.Text.Json;

namespace Mcr.Actors.Control;

/// <summary>Requests to bytes and back. Pure; reading refuses with <see cref="InvalidDataException"/> and nothing else.</summary>
public static class RequestCodec
{
    public static byte[] Encode(ControlRequest request) => JsonSerializer.SerializeToUtf8Bytes(
        new RequestEnvelope { Version = ControlProtocol.Version, Node = request.Node, Command = Wrap(request) },
        RequestWriterJson.Default.RequestEnvelope);

    /// <exception cref="InvalidDataException">it is not a request of this version; the message is a sentence for the client.</exception>
    public static ControlRequest Decode(ReadOnlySpan<byte> json)
    {
        RequestEnvelope? envelope;
        try
        {
            envelope = JsonSerializer.Deserialize(json, RequestJson.Default.RequestEnvelope);
        }
        catch (JsonException e)
        {
            // Another version may well have other commands and members: then the version is what is wrong.
            CheckVersion(PeekVersion(json));
            throw new InvalidDataException($"the request is not JSON as this version has it: {Short(e.Message)}", e);
        }

        CheckVersion(envelope?.Version);
        return envelope is null ? throw new InvalidDataException("the request is null") : Unwrap(envelope.Command) with { Node = envelope.Node };
    }

    /// <summary>A request as JSON for people to read; of lists of rules their lengths are known from elsewhere.</summary>
    internal static JsonElement Describe(ControlRequest request)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(Wrap(request is ControlRequest.ChangeRules change ? change with { Rules = [], Removals = [] } : request), RequestWriterJson.Default.CommandEnvelope);
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static void CheckVersion(int? version)
    {
        if (version is { } other && other != ControlProtocol.Version)
            throw new InvalidDataException($"the request is of version {other} of the control protocol and this mcrd speaks version {ControlProtocol.Version}; use the mcrctl that came with it");
    }

    private static ControlRequest Unwrap(CommandEnvelope command)
    {
        ControlRequest? only = null;
        foreach (ControlRequest? each in new ControlRequest?[] { command.Add, command.Remove, command.ChangeRules, command.ConfirmChange, command.Reload, command.SaveConfig, command.ShowAudit, command.ShowConfig, command.SetWorkers, command.UpgradeHold, command.TraceEnable, command.TraceDisable, command.TraceGet, command.ListRules, command.Stats, command.ListWorkers, command.Interfaces, command.Events, command.GetLogLevels, command.SetLogLevel, command.ClusterStatus, command.ClusterRules, command.ClusterLeave, command.ClusterJoin, command.ClusterDown, command.ClusterForget, command.ClusterTakeover, command.ClusterDrain, command.ClusterYield, command.ClusterLeg, command.Ping, command.Version })
        {
            if (each is not null && only is not null)
                throw new InvalidDataException("the request has more than one command; send one after another");
            only ??= each;
        }

        return only switch
        {
            null => throw new InvalidDataException("the request has no command"),
            ControlRequest.Add add => Complete(add),
            ControlRequest.ChangeRules change => change with
            {
                Rules = [.. (change.Rules ?? []).Select(add => add is null ? throw new InvalidDataException("a rule of the request is null") : Complete(add))],
                Removals = change.Removals is null ? [] : change.Removals.All(remove => remove is not null) ? change.Removals : throw new InvalidDataException("a removal of the request is null"),
            },
            _ => only,
        };
    }

    /// <summary>Generated readers leave what is missing null, initialiser or not; the rule parser says that outputs are missing.</summary>
    private static ControlRequest.Add Complete(ControlRequest.Add add) =>
        add.Inputs?.All(input => input is not null) == false ? throw new InvalidDataException("an input of the request is null")
        : add.Outputs is null ? add with { Outputs = [] }
        : add.Outputs.All(output => output is not null) ? add
        : throw new InvalidDataException("an output of the request is null");

    private static CommandEnvelope Wrap(ControlRequest request) => request switch
    {
        ControlRequest.Add add => new() { Add = add },
        ControlRequest.Remove remove => new() { Remove = remove },
        ControlRequest.ChangeRules change => new() { ChangeRules = change },
        ControlRequest.ConfirmChange confirm => new() { ConfirmChange = confirm },
        ControlRequest.Reload reload => new() { Reload = reload },
        ControlRequest.SaveConfig save => new() { SaveConfig = save },
        ControlRequest.ShowAudit show => new() { ShowAudit = show },
        ControlRequest.ShowConfig show => new() { ShowConfig = show },
        ControlRequest.SetWorkers set => new() { SetWorkers = set },
        ControlRequest.UpgradeHold hold => new() { UpgradeHold = hold },
        ControlRequest.TraceEnable enable => new() { TraceEnable = enable },
        ControlRequest.TraceDisable disable => new() { TraceDisable = disable },
        ControlRequest.TraceGet get => new() { TraceGet = get },
        ControlRequest.ListRules list => new() { ListRules = list },
        ControlRequest.Stats stats => new() { Stats = stats },
        ControlRequest.ListWorkers workers => new() { ListWorkers = workers },
        ControlRequest.Interfaces interfaces => new() { Interfaces = interfaces },
        ControlRequest.Events events => new() { Events = events },
        ControlRequest.GetLogLevels levels => new() { GetLogLevels = levels },
        ControlRequest.SetLogLevel level => new() { SetLogLevel = level },
        ControlRequest.ClusterStatus status => new() { ClusterStatus = status },
        ControlRequest.ClusterRules rules => new() { ClusterRules = rules },
        ControlRequest.ClusterLeave leave => new() { ClusterLeave = leave },
        ControlRequest.ClusterJoin join => new() { ClusterJoin = join },
        ControlRequest.ClusterDown down => new() { ClusterDown = down },
        ControlRequest.ClusterForget forget => new() { ClusterForget = forget },
        ControlRequest.ClusterTakeover takeover => new() { ClusterTakeover = takeover },
        ControlRequest.ClusterDrain drain => new() { ClusterDrain = drain },
        ControlRequest.ClusterYield yield => new() { ClusterYield = yield },
        ControlRequest.ClusterLeg leg => new() { ClusterLeg = leg },
        ControlRequest.Ping ping => new() { Ping = ping },
        ControlRequest.Version version => new() { Version = version },
        _ => throw new ArgumentOutOfRangeException(nameof(request), request, null),
    };

    /// <summary>The version of a request that is otherwise not understood; null when even that cannot be found.</summary>
    private static int? PeekVersion(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("version"u8))
                    return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) ? version : null;
            }
        }
        catch (JsonException)
        {
            // Not JSON at all: that is the sentence then.
        }

        return null;
    }

    /// <summary>It may repeat what the client sent: short, and in one line of mcrd's log.</summary>
    private static string Short(string message)
    {
        string clean = new([.. message.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);
        return message.Length > 200 ? clean + "…" : clean;
    }
}
