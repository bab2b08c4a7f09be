using System.Collections.Immutable;
using Mcr.Actors.Control;

namespace Mcr.Actors.Console;

/// <summary>One console that has proven who it is.</summary>
/// <param name="Address">Where its messages come from.</param>
/// <param name="Heard">When it last said something.</param>
internal sealed record ConsoleSession(string Token, string Address, ConsoleIdentity Identity, TimeSpan Heard)
{
    public ConsoleStage Stage { get; init; } = new ConsoleStage.Idle();

    /// <summary>Of its last request.</summary>
    public long LastId { get; init; }

    /// <summary>It ends with the last part of the answer that is awaited, or under way.</summary>
    public bool IsRefused { get; init; }

    public int LongestRequest => Identity.MayChange ? ControlProtocol.MaxRequestBytes : ControlProtocol.MaxQuestionBytes;
}

/// <summary>What a session is at.</summary>
internal abstract record ConsoleStage
{
    private ConsoleStage()
    {
    }

    public sealed record Idle : ConsoleStage;

    /// <param name="Got">The parts so far.</param>
    public sealed record Receiving(long Id, int Parts, ImmutableList<byte[]> Got, TimeSpan Began) : ConsoleStage;

    public sealed record Answering(long Id) : ConsoleStage;

    /// <param name="Sent">So many parts.</param>
    public sealed record Sending(long Id, byte[] Bytes, int Sent) : ConsoleStage;
}
