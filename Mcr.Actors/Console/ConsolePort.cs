using Akka.Actor;
using Mcr.Actors.Beside;
using Mcr.Actors.Cluster.Tls;
using Mcr.Actors.Cluster.Wire;
using Mcr.Actors.Configuration;
using Mcr.Actors.Relay;

namespace Mcr.Actors.Console;

/// <summary>Makes the ActorSystem that consoles connect to, from settings and files as they are then.</summary>
/// <param name="Running">Whose names of consoles are looked up each time: they may change.</param>
/// <param name="Version">Of mcrd.</param>
internal sealed record ConsolePort(RunningConfiguration Running, string Version, ControlGate Gate, Action<string> Warn, TimeProvider Time)
{
    public ConsoleSettings Settings => Running.Settings.Console;

    /// <summary>Takes some 100 ms.</summary>
    /// <param name="relay">Whose logging the new one has.</param>
    /// <param name="lastGood">Certificate files that are used while those on disk cannot be.</param>
    /// <exception cref="InvalidDataException">certificates that cannot be used: all that is wrong with them.</exception>
    /// <exception cref="Exception">it cannot be otherwise, mostly since it cannot listen where it should.</exception>
    public ConsolePortParts Open(ActorSystem relay, CertificateFiles? lastGood)
    {
        BesideFiles? read = Running.Settings.AsksConsolesForCertificates ? BesideFiles.Read(Running.Settings.Tls, lastGood, Time.GetUtcNow()) : null;
        CertificateFiles? files = read?.Used;
        CertificatePolicy? policy = files is null ? null : CertificatePolicy.ForConsoles(files);
        PeerTls? tls = files is null ? null : new PeerTls(files, policy!, (peer, why) => Warn($"a console at {peer} was refused: {why}"), Time);
        var everybody = new ConsoleIdentity("anybody", MayChange: true, []);
        var options = new ConsoleOptions(Running.Settings.NodeName, Version, certificate => policy is null ? (everybody, null) : Access(policy).Judge(certificate, Time.GetUtcNow()), files?.Own.RawData ?? [], Gate.HandleAsync) { Time = Time };
        RemoteParts parts = RemoteConfig.Of(Settings.Listen, Settings.Advertise, tls, ConsoleProtocol.Path);
        ActorSystem system = SystemBeside.Create(relay, ConsoleProtocol.SystemName, ConsoleConfig.Serialization.WithFallback(parts.Config), [.. parts.Setups]);
        return new ConsolePortParts(system, system.ActorOf(Props.Create(() => new ConsoleActor(options)), ConsoleActor.Name), files) { FilesProblems = read?.Problems ?? "" };
    }

    private ConsoleAccess Access(CertificatePolicy policy) => new(Running.Settings.NodeName, policy, Settings.Admins, Settings.Readers, Running.Settings.Cluster.Allow);
}

/// <param name="Console">Keeps the sessions.</param>
/// <param name="Files">null in plain text.</param>
internal sealed record ConsolePortParts(ActorSystem System, IActorRef Console, CertificateFiles? Files) : BesideParts(System, Files);
