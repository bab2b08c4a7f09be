using Mcr.Host.Mcrd.Demo;
using Mcr.Native.Namespaces;

namespace Mcr.Specs.Packaging;

/// <summary>
/// This machine's files with an overlay in memory on top, in namespaces of its own: what is installed and started in it ends with it. Its network is that of a
/// topology. Process 1 is a shell that waits, or systemd.
/// </summary>
internal sealed class ThrowawayMachine : IDisposable
{
    /// <summary>$1: a directory to mount on. Afterwards process 1 of the machine: $2, with what follows.</summary>
    private const string Make = """
        set -eu
        at=$1; shift
        mount --make-rprivate /
        mount -t tmpfs -o size=2g tmpfs "$at"
        mkdir "$at/changes" "$at/work" "$at/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$at/changes,workdir=$at/work" "$at/root"
        root=$at/root
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        mount -t tmpfs -o mode=755,nosuid,nodev,noexec tmpfs "$root/run"
        mkdir "$root/run/packages"; mount --bind "$MCR_PACKAGES" "$root/run/packages"
        mount -t tmpfs -o mode=755 tmpfs "$root/dev"
        for device in null zero full random urandom tty; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
        mkdir "$root/dev/pts" "$root/dev/shm"; mount -t devpts devpts "$root/dev/pts"; mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        ln -s pts/ptmx "$root/dev/ptmx"; ln -s /proc/self/fd "$root/dev/fd"; ln -s null "$root/dev/console"
        rm -f "$root/usr/sbin/policy-rc.d"
        if [ "$1" = systemd ]; then
          mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
          find "$root/etc/systemd/system" -name '*.wants' -exec rm -rf {} +
          printf '[Unit]\nDescription=Nothing but what a spec starts\nWants=dbus.socket\n' > "$root/etc/systemd/system/spec.target"
          : > "$root/etc/fstab"
          export container=spec
          exec chroot "$root" /lib/systemd/systemd --system --unit=spec.target --log-target=console --show-status=false
        fi
        exec chroot "$root" bash -c 'cd /; echo machine is ready; while :; do sleep 3600 & wait; done'
        """;

    private const string ControlGroups = "/sys/fs/cgroup/unified";

    private readonly string _mount = Directory.CreateTempSubdirectory("mcr-spec-machine-").FullName;
    private readonly RunningProcess _process;
    private readonly int _init;
    private readonly string? _controlGroup;

    public ThrowawayMachine(NetworkNamespace network, string packages, bool hasSystemd = false)
    {
        if (hasSystemd)
        {
            _controlGroup = $"{ControlGroups}/mcr-spec-{Environment.ProcessId}";
            Directory.CreateDirectory(_controlGroup);
        }

        string enter = _controlGroup is null ? "" : $"echo $$ > {_controlGroup}/cgroup.procs; ";
        string[] spaces = ["--mount", "--pid", "--ipc", "--uts", .. _controlGroup is null ? (string[])[] : ["--cgroup"]];
        _process = new RunningProcess(network, "bash", ["-c", $"{enter}exec unshare \"$@\"", "machine", .. spaces, "--fork", "--kill-child=SIGKILL", "bash", "-c", Make, "machine", _mount, hasSystemd ? "systemd" : "shell"],
            new Dictionary<string, string?> { ["MCR_PACKAGES"] = packages });
        try
        {
            if (!hasSystemd)
                _process.WaitForLine("machine is ready");
            McrdWaits.Until(() => ChildProcesses.Of(_process.Pid).Length > 0, "process 1");
            _init = ChildProcesses.Of(_process.Pid).Single();
            if (hasSystemd)
                McrdWaits.Until(() => Try("systemctl is-system-running | grep -E 'running|degraded'").Code == 0, () => $"systemd: {_process.Output}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with a place where none can be made.</summary>
    public static void Require()
    {
        NamespaceSupport.RequireOtherUsers();
        NamespaceSupport.Require();
        foreach (string program in new[] { "dpkg", "unshare", "nsenter", "setpriv" })
            NamespaceSupport.RequireProgram(program);
        using var probe = new RunningProcess(null, "unshare",
            ["--mount", "sh", "-c", "mount --make-rprivate / && mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/m && mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/m"]);
        Assert.SkipUnless(probe.WaitForExit() == 0, $"This spec installs into an overlay of this machine, which cannot be mounted here: {probe.Output}");
    }

    public static void RequireSystemd()
    {
        Require();
        Assert.SkipUnless(File.Exists("/lib/systemd/systemd"), "This spec runs systemd, which is not installed.");
        Assert.SkipUnless(File.Exists($"{ControlGroups}/cgroup.procs"), $"This spec runs systemd, which takes a control group below {ControlGroups}.");
    }

    /// <summary>As root, in it.</summary>
    public RunningProcess Start(string command) =>
        new(null, "nsenter", ["--target", $"{_init}", "--mount", "--pid", "--net", "--ipc", "--uts", .. _controlGroup is null ? (string[])[] : ["--cgroup"], "--root", "--wd", "bash", "-c", command],
            new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin", ["LC_ALL"] = "C" }, "/");

    public (int Code, string Output) Try(string command)
    {
        using RunningProcess run = Start(command);
        return (run.WaitForExit(120), run.Output);
    }

    /// <returns>What it printed; it has to succeed.</returns>
    public string Run(string command)
    {
        (int code, string output) = Try(command);
        Assert.True(code == 0, $"{command}: exit {code}\n{output}");
        return output;
    }

    public void Dispose()
    {
        _process.Dispose();
        if (_controlGroup is not null)
        {
            McrdWaits.Until(() => File.ReadAllText($"{_controlGroup}/cgroup.events").Contains("populated 0", StringComparison.Ordinal), "the machine's processes to be gone");
            RemoveGroup(_controlGroup);
        }

        Directory.Delete(_mount);
    }

    /// <summary>Of empty control groups: the files in them are the kernel's.</summary>
    private static void RemoveGroup(string directory)
    {
        foreach (string below in Directory.GetDirectories(directory))
            RemoveGroup(below);
        Directory.Delete(directory);
    }
}
