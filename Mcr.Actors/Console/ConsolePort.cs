using Akka.Actor;
using Mcr.Actors.Cluster;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;
using Mcr.Actors.Control;

namespace Mcr.Actors.Console;

/// <summary>Makes the ActorSystem that consoles connect to, from settings and files as they are then.</summary>
internal sealed record ConsolePort(
    ConsoleSettings Settings,
    TlsSettings Tls,
    ClusterSettings Cluster,
    string Node,
    string Version,
    Func<ControlRequest, ControlPeer, CancellationToken, Task<ControlResponse>> Handle,
    Action<string> Warn,
    TimeProvider Time)
{
    /// <summary>Consoles are asked for certificates.</summary>
    public bool HasCertificates => !Settings.Insecure && !Tls.IsOff;

    /// <summary>Takes some 100 ms.</summary>
    /// <param name="relay">Whose logging the new one has.</param>
    /// <exception cref="InvalidDataException">certificates that cannot be used: all that is wrong with them.</exception>
    /// <exception cref="Exception">it cannot be otherwise, mostly since it cannot listen where it should.</exception>
    public ConsolePortParts Open(ActorSystem relay)
    {
        CertificateFiles? files = ReadFiles();
        CertificatePolicy? policy = files is null ? null : CertificatePolicy.ForConsoles(files);
        PeerTls? tls = files is null ? null : new PeerTls(files, policy!, (peer, why) => Warn($"a console at {peer} was refused: {why}"), Time);
        var access = policy is null ? null : new ConsoleAccess(Node, policy, Settings.Admins, Settings.Readers, Cluster.Allow);
        var everybody = new ConsoleIdentity("anybody", MayChange: true, []);
        var options = new ConsoleOptions(Node, Version, certificate => access is null ? (everybody, null) : access.Judge(certificate, Time.GetUtcNow()), files?.Own.RawData ?? [], Handle) { Time = Time };
        RemoteParts parts = RemoteConfig.Of(Settings.Listen, Settings.Advertise, tls, ConsoleProtocol.Path);
        ActorSystem system = SystemBeside.Create(relay, ConsoleProtocol.SystemName, ConsoleConfig.Serialization.WithFallback(parts.Config), [.. parts.Setups]);
        system.ActorOf(Props.Create(() => new ConsoleActor(options)), ConsoleActor.Name);
        return new ConsolePortParts(system, files);
    }

    private CertificateFiles? ReadFiles()
    {
        if (!HasCertificates)
            return null;
        (CertificateFiles? files, var problems) = CertificateFiles.Read(Tls, Time.GetUtcNow());
        return files ?? throw new InvalidDataException(string.Join("; ", problems));
    }
}

/// <param name="Files">null in plain text.</param>
internal sealed record ConsolePortParts(ActorSystem System, CertificateFiles? Files);
