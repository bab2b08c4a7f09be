namespace Mcr.Specs.Packaging;

/// <summary>Where there is no systemd: what the launcher ends, leaves and refuses, and what an installation leaves to who runs the machine.</summary>
public sealed partial class DebPackageSpecs
{
    private const string Running = "pgrep -x 'mcrd|mcr-worker'";

    [Fact]
    public void Launcher_should_end_workers_that_have_no_mcrd_any_more()
    {
        using RelayTopology topology = new();
        using ThrowawayMachine machine = Relaying(topology);
        machine.Run("pkill -KILL -x mcrd && while pgrep -x mcrd; do sleep 0.05; done");
        Assert.NotEqual("", machine.Run("pgrep -x mcr-worker"));
        machine.Run("/etc/init.d/mcrd stop");
        Assert.Equal("", machine.Try(Running).Output);

        machine.Run("/etc/init.d/mcrd start");
        AwaitRule(machine, "video");
        machine.Run("pkill -KILL -x mcrd && while pgrep -x mcrd; do sleep 0.05; done");
        machine.Run("dpkg --purge mcr 2>&1");
        Assert.Equal("", machine.Try(Running).Output);
    }

    [Fact]
    public void Launcher_should_leave_what_runs_when_the_next_one_would_not_start()
    {
        using RelayTopology topology = new();
        using ThrowawayMachine machine = Relaying(topology);
        int mcrd = Pid(machine);
        string workers = Workers(machine);
        machine.Run("cp -p /etc/mcr/mcrd.hocon /root/good && echo 'mcr.contrl = 1' >> /etc/mcr/mcrd.hocon");
        foreach (string command in new[] { "restart", "upgrade", "reload" })
        {
            (int code, string said) = machine.Try($"/etc/init.d/mcrd {command} 2>&1");
            Assert.NotEqual(0, code);
            Assert.Contains("mcr.contrl is not a key of this version", said, StringComparison.Ordinal);
        }

        // Root could read it, and mcrd could not.
        machine.Run("cp /root/good /etc/mcr/mcrd.hocon && chown root:root /etc/mcr/mcrd.hocon && chmod 600 /etc/mcr/mcrd.hocon");
        Assert.NotEqual(0, machine.Try("/etc/init.d/mcrd restart").Code);
        Assert.Equal((mcrd, workers), (Pid(machine), Workers(machine)));
        machine.Run("cp -p /root/good /etc/mcr/mcrd.hocon && /etc/init.d/mcrd reload && /etc/init.d/mcrd restart");
        Assert.NotEqual(mcrd, Pid(machine));
        Assert.Equal(workers, Workers(machine));
    }

    [Fact]
    public void Launcher_should_start_with_fewer_rights_without_init_functions_and_with_its_socket_elsewhere()
    {
        using RelayTopology topology = new();
        using ThrowawayMachine machine = Relaying(topology);
        machine.Run("/etc/init.d/mcrd stop && rm /lib/lsb/init-functions && echo 'mcr.control.socket = /run/mcr/else.sock' >> /etc/mcr/mcrd.hocon");
        // As in a container with the usual rights: no CAP_SYS_PTRACE to look at others' programs by, either.
        const string Contained = "setpriv --bounding-set=-sys_nice,-net_admin,-sys_ptrace,-sys_admin --inh-caps=-all /etc/init.d/mcrd";
        machine.Run($"{Contained} start 2>&1");
        Assert.Contains("is running", machine.Run($"{Contained} status"), StringComparison.Ordinal);
        machine.Run("mcrctl --socket-path /run/mcr/else.sock ping");
        Assert.Contains("rights: ", machine.Run("cat /var/log/mcr/mcrd.log"), StringComparison.Ordinal);
        machine.Run($"{Contained} stop && echo MCR_CONTROL_SOCKET=/run/mcr/other.sock > /etc/default/mcrd && {Contained} start 2>&1");
        machine.Run("mcrctl --socket-path /run/mcr/other.sock ping");
        machine.Run($"{Contained} stop");
        Assert.Equal("", machine.Try(Running).Output);
    }

    /// <summary>The relay's own user reads what root has made, and nothing but that.</summary>
    [Fact]
    public void Certificates_that_root_makes_should_serve_the_package()
    {
        using RelayTopology topology = new();
        using ThrowawayMachine machine = Relaying(topology);
        string made = machine.Run("mcrd tls init --directory /etc/mcr/tls --nodes relay-a --consoles alice");
        Assert.Contains("made /etc/mcr/tls/relay-a.key, which the group mcr may read\n", made, StringComparison.Ordinal);
        Assert.Equal("640 root:mcr\n600 root:root\n600 root:root\n644 root:root", machine.Run("cd /etc/mcr/tls && stat -c '%a %U:%G' relay-a.key alice.key ca.key relay-a.pem"));
        machine.Run("""
            cat >> /etc/mcr/mcrd.hocon <<'END'
            mcr.tls { ca = /etc/mcr/tls/ca.pem, certificate = /etc/mcr/tls/relay-a.pem, key = /etc/mcr/tls/relay-a.key }
            mcr.console { enabled = on, listen = "localhost:4054", admins = [alice] }
            END
            /etc/init.d/mcrd restart; ip link set lo up
            """);
        const string Remote = "mcrctl --remote akka.ssl.tcp://mcr@localhost:4054 --tls-ca /etc/mcr/tls/ca.pem --tls-certificate /etc/mcr/tls/alice.pem --tls-key /etc/mcr/tls/alice.key ping";
        McrdWaits.Until(() => machine.Try(Remote).Code == 0, () => machine.Try($"{Remote}; tail -n 20 /var/log/mcr/mcrd.log").Output);
    }

    [Fact]
    public void Installation_should_obey_policy_keep_another_user_and_say_what_is_open()
    {
        packages.Require();
        ThrowawayMachine.Require();
        using var topology = new RelayTopology();
        using var machine = new ThrowawayMachine(topology.Relay, Path.GetDirectoryName(packages.Tarball)!);
        machine.Run("useradd --system --user-group --shell /usr/sbin/nologin mcr && printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d");
        Install(machine, BuiltPackages.First);
        Assert.Equal("", machine.Try(Running).Output);
        machine.Run("/etc/init.d/mcrd start && chmod 755 /etc/mcr && install -m 644 /dev/null /etc/mcr/tls/old.key && rm /usr/sbin/policy-rc.d");
        string said = machine.Run($"dpkg --install --force-confold /run/packages/mcr_{BuiltPackages.Second}_amd64.deb 2>&1");
        Assert.Contains("mcr: every user of this host may enter /etc/mcr (chmod o-rwx /etc/mcr), and read or write there:\n/etc/mcr/tls/old.key", said, StringComparison.Ordinal);
        machine.Run("dpkg --purge mcr 2>&1");
        Assert.Contains("mcr:x:", machine.Run("getent passwd mcr"), StringComparison.Ordinal);
    }

    /// <summary>packaging/INSTALL.md, word by word: installed, used, upgraded without loss and removed.</summary>
    [Fact]
    public void Tarball_should_be_installed_upgraded_and_removed_by_its_instructions()
    {
        packages.Require();
        ThrowawayMachine.Require();
        using var topology = new RelayTopology();
        using var machine = new ThrowawayMachine(topology.Relay, Path.GetDirectoryName(packages.Tarball)!);
        string instructions = File.ReadAllText(Path.Combine(Executables.RepositoryRoot, "packaging", "INSTALL.md"));
        string[] commands = instructions.Split("```")[1].Trim().Split('\n');
        string unpack = commands[0].Replace("mcr-VERSION-linux-x64.tar.gz", $"/run/packages/{Path.GetFileName(packages.Tarball)}", StringComparison.Ordinal);
        Assert.StartsWith("tar ", unpack, StringComparison.Ordinal);
        string[] rest = [.. commands[1..].Where(c => !c.Contains("# with systemd", StringComparison.Ordinal))];
        machine.Run($"set -e\n{unpack}\n{string.Join('\n', rest)}");
        Assert.Contains("is running", machine.Run("/etc/init.d/mcrd status"), StringComparison.Ordinal);
        Assert.Equal("770 root:mcr\n770 root:mcr\n750 root:mcr\n660 root:mcr", machine.Run("stat -c '%a %U:%G' /etc/mcr /etc/mcr/conf.d /etc/mcr/tls /etc/mcr/mcrd.hocon"));
        Configure(machine);
        machine.Run("/etc/init.d/mcrd reload");
        AwaitRule(machine, "video");
        string workers = Workers(machine);
        using (var stream = new Streaming(topology))
        {
            Assert.Contains("`mcrctl upgrade-hold`, the first line again, and start it", instructions, StringComparison.Ordinal);
            machine.Run($"set -e\nmcrctl upgrade-hold\n{unpack}\n/etc/init.d/mcrd start");
            stream.EndWithoutLoss(output, "upgrade by tarball");
        }

        Assert.Equal(workers, Workers(machine));
        machine.Run("/etc/init.d/mcrd stop");
        Assert.Equal("", machine.Try(Running).Output);
    }

    /// <summary>A machine with the first package, whose mcrd relays rule video.</summary>
    private ThrowawayMachine Relaying(RelayTopology topology, bool hasSystemd = false)
    {
        packages.Require();
        if (hasSystemd)
            ThrowawayMachine.RequireSystemd();
        else
            ThrowawayMachine.Require();
        var machine = new ThrowawayMachine(topology.Relay, Path.GetDirectoryName(packages.Tarball)!, hasSystemd);
        try
        {
            Install(machine, BuiltPackages.First);
            Configure(machine);
            machine.Run(hasSystemd ? "systemctl reload mcrd" : "/etc/init.d/mcrd reload");
            AwaitRule(machine, "video");
            return machine;
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }
}
