using System.Text.Json;

namespace Mcr.Specs.Packaging;

/// <summary>The package's whole life in throw-away machines: by its launcher, and by systemd.</summary>
[Collection(SerialPackets.Name)]
public sealed partial class DebPackageSpecs(BuiltPackages packages, ITestOutputHelper output) : IClassFixture<BuiltPackages>
{
    private const int Rate = 5000;
    private const long Endless = 1_000_000_000;

    private const string Configuration = """
        mcr {
          # by hand
          rules = [ { name = video, input { interface = in0, group = "239.1.1.1", port = 5000 }, outputs = [ { interface = out0, group = "239.2.2.2", port = 6000 } ] } ]
        }
        """;

    /// <summary>What of a machine is no package's: its own notes of what was installed, caches, and what is mounted.</summary>
    private const string Files = "find / -xdev \\( -path /run -o -path /tmp -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path '/var/log/*' -o -path '/etc/*-' -o -path '/var/backups/*' \\) -prune -o -print | sort";

    [Fact]
    public void Package_should_be_used_upgraded_under_traffic_without_loss_and_leave_nothing_when_purged()
    {
        packages.Require();
        ThrowawayMachine.Require();
        output.WriteLine($"compiled and packed in {packages.Compiled.TotalSeconds:F0} s; {new FileInfo(packages.Of(BuiltPackages.First)).Length >> 20} MiB");
        using var topology = new RelayTopology();
        using var machine = new ThrowawayMachine(topology.Relay, Path.GetDirectoryName(packages.Tarball)!);
        string[] before = machine.Run(Files).Split('\n');
        string users = machine.Run("getent passwd; getent group");

        Install(machine, BuiltPackages.First);
        Assert.Contains("mcr:x:", machine.Run("getent passwd mcr"), StringComparison.Ordinal);
        Assert.Contains("is running", machine.Run("/etc/init.d/mcrd status"), StringComparison.Ordinal);
        Assert.Equal("770 root:mcr\n770 root:mcr\n750 root:mcr\n660 root:mcr\n640 root:root", machine.Run("stat -c '%a %U:%G' /etc/mcr /etc/mcr/conf.d /etc/mcr/tls /etc/mcr/mcrd.hocon /run/mcrd.pid"));
        int mcrd = Pid(machine);
        Assert.Contains("Uid:\t" + machine.Run("id -u mcr"), machine.Run($"cat /proc/{mcrd}/status"), StringComparison.Ordinal);
        Assert.DoesNotContain(" rights: ", machine.Run("cat /var/log/mcr/mcrd.log"), StringComparison.Ordinal);

        Configure(machine);
        machine.Run("/etc/init.d/mcrd reload");
        AwaitRule(machine, "video");
        machine.Run("mcrctl add --name audio --input-interface in0 --input-group 239.1.1.2 --input-port 5000 --outputs 239.2.2.3:6000:out1 && mcrctl config save");
        Relay(topology, "239.1.1.2", "239.2.2.3", "dst1");

        string workers = Workers(machine);
        using (var stream = new Streaming(topology))
        {
            Install(machine, BuiltPackages.Second);
            Assert.Contains("is running", machine.Run("/etc/init.d/mcrd status"), StringComparison.Ordinal);
            stream.EndWithoutLoss(output, $"upgrade from {BuiltPackages.First} to {BuiltPackages.Second}");
        }

        Assert.Equal(workers, Workers(machine));
        Assert.NotEqual(mcrd, Pid(machine));
        Assert.Equal(BuiltPackages.Second, machine.Run("dpkg-query -W -f '${Version}' mcr"));
        Assert.Contains("audio", machine.Run("cat /etc/mcr/mcrd.hocon"), StringComparison.Ordinal);
        Relay(topology, "239.1.1.1", "239.2.2.2", "dst0");

        machine.Run("dpkg --remove mcr");
        Assert.Equal("", machine.Try("pgrep -x 'mcrd|mcr-worker'").Output);
        Install(machine, BuiltPackages.First);
        Assert.Contains("is running", machine.Run("/etc/init.d/mcrd status"), StringComparison.Ordinal);
        // Who stopped it finds it stopped, and what somebody has put in place of a directory is not given to anybody.
        machine.Run("/etc/init.d/mcrd stop && touch /etc/mine && rmdir /etc/mcr/conf.d && ln -s /etc/mine /etc/mcr/conf.d");
        string mine = machine.Run("stat -c '%a %U:%G' /etc/mine");
        Install(machine, BuiltPackages.Second);
        Assert.Equal(mine, machine.Run("stat -c '%a %U:%G' /etc/mine"));
        Assert.Equal(3, machine.Try("/etc/init.d/mcrd status").Code);
        machine.Run("dpkg --remove mcr; rm /etc/mine");
        Assert.Contains("audio", machine.Run("cat /etc/mcr/mcrd.hocon"), StringComparison.Ordinal);
        machine.Run("dpkg --purge mcr");
        Assert.Empty(machine.Run(Files).Split('\n').Except(before));
        Assert.Empty(machine.Run("ls -d /run/mcr* /var/log/mcr* /var/lib/mcr* 2>/dev/null || :"));
        Assert.Equal(users, machine.Run("getent passwd; getent group"));
    }

    /// <summary>systemd runs, in a namespace of its own, the very unit of the package.</summary>
    [Fact]
    public void Unit_should_be_restarted_without_loss_reloaded_and_stopped_for_good()
    {
        packages.Require();
        ThrowawayMachine.RequireSystemd();
        using var topology = new RelayTopology();
        using var machine = new ThrowawayMachine(topology.Relay, Path.GetDirectoryName(packages.Tarball)!, hasSystemd: true);
        Install(machine, BuiltPackages.First);
        McrdWaits.Until(() => IsActive(machine), () => machine.Try("systemctl --no-pager -l status mcrd; journalctl --no-pager -n 30 -u mcrd").Output);
        Configure(machine);
        machine.Run("systemctl reload mcrd");
        AwaitRule(machine, "video");
        machine.Run("mcrctl config save"); // to a place that the unit has to open
        string workers = Workers(machine);
        using (var stream = new Streaming(topology))
        {
            machine.Run("systemctl restart mcrd");
            Assert.True(IsActive(machine));
            stream.EndWithoutLoss(output, "systemctl restart");
        }

        Assert.Equal(workers, Workers(machine));
        using (var stream = new Streaming(topology))
        {
            machine.Run("systemctl kill --kill-whom=main --signal=KILL mcrd");
            McrdWaits.Until(() => IsActive(machine) && machine.Try("mcrctl ping").Code == 0, "mcrd to be started again");
            stream.EndWithoutLoss(output, "kill -9, and systemd starts it again");
        }

        using (var stream = new Streaming(topology))
        {
            Install(machine, BuiltPackages.Second);
            Assert.True(IsActive(machine));
            stream.EndWithoutLoss(output, "upgrade of the package under systemd");
        }

        Assert.Equal(workers, Workers(machine));
        machine.Run("systemctl stop mcrd");
        Assert.Equal("", machine.Try("pgrep -x 'mcrd|mcr-worker'").Output);
        machine.Run("dpkg --purge mcr");
        Assert.Equal("", machine.Try("getent passwd mcr").Output);
    }

    private static bool IsActive(ThrowawayMachine machine) => machine.Try("systemctl is-active mcrd").Output == "active";

    private static void Install(ThrowawayMachine machine, string version) => machine.Run($"dpkg --install --force-confold /run/packages/mcr_{version}_amd64.deb 2>&1");

    private static int Pid(ThrowawayMachine machine) => int.Parse(machine.Run("pgrep -x mcrd"), System.Globalization.CultureInfo.InvariantCulture);

    private static string Workers(ThrowawayMachine machine) => string.Join(' ', JsonDocument.Parse(machine.Run("mcrctl --json list-workers")).RootElement.GetProperty("Workers").EnumerateArray().Select(w => w.GetProperty("pid").GetInt32()));

    private static void AwaitRule(ThrowawayMachine machine, string name) =>
        McrdWaits.Until(() => machine.Try("mcrctl --json list").Output is var rules && rules.Contains($"\"{name}\"", StringComparison.Ordinal) && rules.Contains("\"active\"", StringComparison.OrdinalIgnoreCase), () => machine.Try("mcrctl --json list").Output);

    private static void Configure(ThrowawayMachine machine) => machine.Run($"cat > /etc/mcr/mcrd.hocon <<'END'\n{Configuration}\nEND");

    private static void Relay(RelayTopology topology, string from, string to, string device)
    {
        using var receiver = new StreamReceiver(topology.Destination, device, to, 6000, 2000);
        StreamSender.Send(topology.Source, "src0", from, 5000, 2000, "--rate", $"{Rate}");
        Assert.Equal(2000, receiver.Result().Number("received"));
    }

    /// <summary>A stream through rule video while something happens.</summary>
    private sealed class Streaming : IDisposable
    {
        private readonly StreamReceiver _receiver;
        private readonly RunningProcess _sender;

        public Streaming(RelayTopology topology)
        {
            _receiver = new StreamReceiver(topology.Destination, "dst0", "239.2.2.2", 6000, Endless);
            _sender = StreamSender.Start(topology.Source, "src0", "239.1.1.1", 5000, null, "--rate", $"{Rate}");
        }

        public void EndWithoutLoss(ITestOutputHelper output, string what)
        {
            _sender.Terminate();
            long sent = StreamSender.Result(_sender).Number("sent");
            Summary received = _receiver.Result();
            output.WriteLine($"{what}: sent {sent}, {received.Line}");
            Assert.Equal((sent, 0), (received.Number("received"), received.Number("duplicated") + received.Number("reordered") + received.Number("corrupted")));
        }

        public void Dispose()
        {
            _sender.Dispose();
            _receiver.Dispose();
        }
    }
}
