using System.Text.Json.Serialization;

namespace Mcr.Actors.Console;

/// <summary>
/// What a console and mcrd say to each other: Hello, Challenge, Proof, Welcome; then requests, each in parts, and their responses, alike. Akka does not
/// say by which connection a message came, so who a console is is proven in the messages.
/// </summary>
internal abstract record ConsoleMessage
{
    private ConsoleMessage()
    {
    }

    /// <summary>From a console: this is who I say I am.</summary>
    /// <param name="Certificate">DER; empty: it has none.</param>
    /// <param name="Nonce">Never used before.</param>
    public sealed record Hello(int Version, byte[] Certificate, byte[] Nonce) : ConsoleMessage;

    /// <summary>The answer: prove it.</summary>
    /// <param name="Certificate">DER, of this mcrd.</param>
    public sealed record Challenge(long Number, byte[] Nonce, byte[] Certificate) : ConsoleMessage;

    /// <summary>From a console: signed as <see cref="ConsoleProof"/> says.</summary>
    public sealed record Proof(long Number, byte[] Signature) : ConsoleMessage;

    /// <summary>The answer: a session.</summary>
    /// <param name="Token">Known to its console alone; it goes with each request.</param>
    /// <param name="Name">By which the console is known here.</param>
    public sealed record Welcome(string Token, string Node, string Version, string Name, bool MayChange) : ConsoleMessage;

    /// <summary>A part of a request; one request at a time.</summary>
    /// <param name="Id">Of the request; each has a greater one.</param>
    /// <param name="Part">From 0.</param>
    public sealed record Request(string Token, long Id, int Part, int Parts) : ConsoleMessage
    {
        [JsonIgnore]
        public byte[] Bytes { get; init; } = [];
    }

    /// <summary>A part of a response.</summary>
    /// <inheritdoc cref="Request"/>
    public sealed record Response(long Id, int Part, int Parts) : ConsoleMessage
    {
        [JsonIgnore]
        public byte[] Bytes { get; init; } = [];
    }

    /// <summary>From a console: it has this part of a response, and those before.</summary>
    public sealed record Taken(string Token, long Id, int Part) : ConsoleMessage;

    /// <summary>From a console: the session ends.</summary>
    public sealed record Goodbye(string Token) : ConsoleMessage;

    /// <summary>What was said is not obeyed.</summary>
    /// <param name="Id">Of the request; 0: of something else.</param>
    /// <param name="HasSession">false: a session has to be begun before anything is asked.</param>
    public sealed record Refused(long Id, string Sentence, bool HasSession) : ConsoleMessage;
}
