namespace Mcr.Specs.Packaging;

/// <summary>Where systemd starts it: a unit that has failed, and a configuration that is refused.</summary>
public sealed partial class DebPackageSpecs
{
    /// <summary>Killed and being stopped before it is started again, and failed: systemd has nothing to stop then, and workers relay on.</summary>
    [Fact]
    public void Stop_of_the_unit_should_end_workers_whatever_became_of_mcrd()
    {
        using RelayTopology topology = new();
        using ThrowawayMachine machine = Relaying(topology, hasSystemd: true);
        machine.Run("mkdir -p /run/systemd/system/mcrd.service.d && printf '[Service]\\nRestartSec=1h\\n' > /run/systemd/system/mcrd.service.d/late.conf && systemctl daemon-reload");
        machine.Run("systemctl kill --kill-whom=main --signal=KILL mcrd");
        McrdWaits.Until(() => machine.Try("systemctl show -p SubState --value mcrd").Output == "auto-restart", "the unit to wait for its next start");
        Assert.NotEqual("", machine.Run("pgrep -x mcr-worker"));
        machine.Run("systemctl stop mcrd");
        McrdWaits.Until(() => machine.Try(Running).Output.Length == 0, "the workers to be gone"); // systemctl waits for mcrd.service alone

        machine.Run("printf '[Service]\\nRestart=no\\n' > /run/systemd/system/mcrd.service.d/late.conf && systemctl daemon-reload && systemctl start mcrd");
        AwaitRule(machine, "video");
        machine.Run("systemctl kill --kill-whom=main --signal=KILL mcrd");
        McrdWaits.Until(() => machine.Try("systemctl is-failed mcrd").Output == "failed", "the unit to have failed");
        Assert.NotEqual("", machine.Run("pgrep -x mcr-worker"));
        machine.Run("dpkg --purge mcr 2>&1");
        Assert.Equal("", machine.Try(Running).Output);
    }

    [Fact]
    public void Unit_should_refuse_a_bad_configuration_and_leave_the_workers()
    {
        using RelayTopology topology = new();
        using ThrowawayMachine machine = Relaying(topology, hasSystemd: true);
        string workers = Workers(machine);
        int mcrd = Pid(machine);
        machine.Run("cp -p /etc/mcr/mcrd.hocon /root/good && echo 'mcr.contrl = 1' >> /etc/mcr/mcrd.hocon");
        using (var stream = new Streaming(topology))
        {
            Assert.NotEqual(0, machine.Try("systemctl reload mcrd").Code);
            McrdWaits.Until(() => machine.Run("systemctl show -p StatusText --value mcrd").Contains("the configuration was not taken: ", StringComparison.Ordinal), "systemd's status to say it");
            Assert.Equal((mcrd, "active"), (Pid(machine), machine.Run("systemctl is-active mcrd")));
            machine.Run("cp -p /root/good /etc/mcr/mcrd.hocon && systemctl reload mcrd");
            Assert.Equal("the configuration was read again", machine.Run("systemctl show -p StatusText --value mcrd"));

            // A restart is a stop and a start: mcrd is gone, once, and its workers are not.
            machine.Run("echo 'mcr.contrl = 1' >> /etc/mcr/mcrd.hocon");
            Assert.NotEqual(0, machine.Try("systemctl restart mcrd").Code);
            Assert.Equal("NRestarts=0\nActiveState=failed", machine.Run("systemctl show -p NRestarts -p ActiveState mcrd"));
            machine.Run("cp -p /root/good /etc/mcr/mcrd.hocon && systemctl start mcrd");
            stream.EndWithoutLoss(output, "reload and restart with a configuration that is refused, and a start with a good one");
        }

        Assert.Equal(workers, Workers(machine));
    }
}
