using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Kernel;

/// <summary>
/// UDP GRO forwarding of an input device, set for as long as this lives: with it the kernel merges datagrams of a flow before we see them. What
/// was there before comes back when it is disposed (not when mcrd is killed). What cannot be is a sentence, and the device stays as it is.
/// </summary>
public sealed class GroSetting : IDisposable
{
    private const string Gro = "rx-gro"; // ethtool: generic-receive-offload
    private const string Forwarding = "rx-udp-gro-forwarding";

    private readonly Link _link;
    private readonly Stack<(string Feature, bool Before)> _changed = new();

    private GroSetting(Link link) => _link = link;

    /// <summary>A sentence that says why it is not as it was asked for; null when it is.</summary>
    public string? Problem { get; private set; }

    public static GroSetting Apply(Link link, bool on)
    {
        var setting = new GroSetting(link);
        try
        {
            // Forwarding does nothing without GRO itself; switching that off as well would also hit TCP.
            setting.Problem = (on ? setting.Change(Gro, true) : null) ?? setting.Change(Forwarding, on);
        }
        catch (LinuxException e)
        {
            setting.Problem = $"UDP GRO forwarding of {link.Name} stays as it is: {e.Message}";
        }

        return setting;
    }

    public void Dispose()
    {
        while (_changed.TryPop(out (string Feature, bool Before) change))
        {
            try
            {
                if (Libc.if_nametoindex(_link.Name) == (uint)_link.Index) // else it is gone, and its settings with it
                    _ = DeviceFeatures.TrySet(_link.Name, change.Feature, change.Before);
            }
            catch (LinuxException)
            {
                // Gone in this moment, or no descriptor left: nothing that can be done about it.
            }
        }
    }

    private string? Change(string feature, bool on)
    {
        if (DeviceFeatures.Read(_link.Name, feature) is not { } state)
            return $"{_link.Name}: this kernel has no {feature} (Linux 5.12), so gro does nothing";
        if (state.IsOn == on)
            return null;
        SysResult result = DeviceFeatures.TrySet(_link.Name, feature, on);
        if (DeviceFeatures.Read(_link.Name, feature)?.IsOn == on)
        {
            _changed.Push((feature, state.IsOn));
            return null;
        }

        string why = result.Is(Libc.EPERM) ? "that needs CAP_NET_ADMIN" : result.IsSuccess || !state.CanChange ? "the device does not allow it" : LinuxException.Describe(result.Errno);
        return $"{feature} of {_link.Name} cannot be switched {(on ? "on" : "off")}: {why}; it stays as it is";
    }
}
