using System.CommandLine;
using System.Runtime.CompilerServices;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Configuration;
using Mcr.Actors.Console;
using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>
/// By which mcrd on another host is asked. Nothing of Akka is loaded before <see cref="Open"/> is called, which is compiled only then.
/// </summary>
internal sealed class RemoteOptions
{
    private const string RemoteVariable = "MCR_REMOTE";
    private const string DirectoryVariable = "MCR_TLS_DIR";

    private readonly Option<string?> _remote = new("--remote") { HelpName = "ADDRESS", Recursive = true, Description = $"The console of an mcrd on another host: akka.ssl.tcp://mcr@HOST:PORT (default: {RemoteVariable} of the environment, otherwise the mcrd of this host)" };
    private readonly Option<string?> _ca = new("--tls-ca") { HelpName = "FILE", Recursive = true, Description = $"With --remote: the authority's certificate, PEM (default: ca.pem in {DirectoryVariable})" };
    private readonly Option<string?> _certificate = new("--tls-certificate") { HelpName = "FILE", Recursive = true, Description = $"With --remote: who you are, PEM (default: the only one in {DirectoryVariable})" };
    private readonly Option<string?> _key = new("--tls-key") { HelpName = "FILE", Recursive = true, Description = $"With --remote: the key of that certificate, PEM (default: NAME.key beside NAME.pem in {DirectoryVariable})" };

    public RemoteOptions(RootCommand root)
    {
        root.Add(_remote);
        root.Add(_ca);
        root.Add(_certificate);
        root.Add(_key);
    }

    /// <summary>The address as it was given; null: this host's control socket is meant.</summary>
    public string? AddressOf(ParseResult parsed) => parsed.GetValue(_remote) ?? Environment.GetEnvironmentVariable(RemoteVariable) switch
    {
        null or "" => null,
        string address => address,
    };

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_remote) is not null;

    /// <exception cref="ControlClientException">it cannot be, and the sentence says why.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ConsoleClient Open(ParseResult parsed, string text, TimeSpan patience)
    {
        (RemoteAddress? address, string? problem) = RemoteAddress.Parse(text);
        if (address is null)
            throw new ControlClientException(ControlClientProblem.NotRunning, problem!);
        return ConsoleClient.Connect(address.Place, address.IsPlain ? null : ReadFiles(parsed), patience);
    }

    private CertificateFiles ReadFiles(ParseResult parsed)
    {
        TlsSettings paths = Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } directory ? In(directory, hasOwn: parsed.GetValue(_certificate) is null) : TlsSettings.None;
        paths = new TlsSettings(parsed.GetValue(_ca) ?? paths.Ca, parsed.GetValue(_certificate) ?? paths.Certificate, parsed.GetValue(_key) ?? paths.Key);
        if (paths.Ca.Length == 0 || paths.Certificate.Length == 0 || paths.Key.Length == 0)
            throw NotGiven($"certificates are missing: give --tls-ca, --tls-certificate and --tls-key, or {DirectoryVariable} with a directory that has ca.pem, NAME.pem and NAME.key (mcrd tls init makes them)");
        (CertificateFiles? files, var problems) = CertificateFiles.Read(paths, DateTimeOffset.UtcNow, isConsole: true);
        return files ?? throw NotGiven(string.Join("; ", problems));
    }

    /// <param name="hasOwn">Its certificate is wanted, too: there must be one that it can be, and not several.</param>
    private static TlsSettings In(string directory, bool hasOwn)
    {
        string ca = Path.Combine(directory, "ca.pem");
        if (!hasOwn)
            return new TlsSettings(ca, "", "");
        string[] own = Directory.Exists(directory)
            ? [.. Directory.GetFiles(directory, "*.pem").Where(file => file != ca && File.Exists(Path.ChangeExtension(file, ".key"))).Order(StringComparer.Ordinal)]
            : throw NotGiven($"there is no directory {directory} ({DirectoryVariable})");
        return own.Length == 1
            ? new TlsSettings(ca, own[0], Path.ChangeExtension(own[0], ".key"))
            : throw NotGiven($"{directory} ({DirectoryVariable}) has {(own.Length == 0 ? "no certificate with its key (NAME.pem and NAME.key)" : $"certificates of {string.Join(", ", own.Select(Path.GetFileNameWithoutExtension))}")}; say which with --tls-certificate and --tls-key");
    }

    private static ControlClientException NotGiven(string sentence) => new(ControlClientProblem.NotPermitted, sentence);
}
