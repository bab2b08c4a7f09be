using Mcr.Native.Interop;
using Mcr.Native.Netlink;

namespace Mcr.Native.Kernel;

/// <summary>
/// UDP GRO forwarding of an input device, set for as long as this lives: with it the kernel merges datagrams of a flow before we see them. What
/// was there before comes back when it is disposed; when mcrd is killed, by the next one, from the record. What cannot be is a sentence, and the device stays as it is.
/// </summary>
public sealed class GroSetting : IDisposable
{
    private const string Gro = "rx-gro"; // ethtool: generic-receive-offload
    private const string Forwarding = "rx-udp-gro-forwarding";

    private readonly Link _link;
    private readonly bool _on;
    private readonly IFeatureRecord? _record;
    private readonly Stack<(string Feature, bool Before)> _changed = new();

    private GroSetting(Link link, bool on, IFeatureRecord? record)
    {
        _link = link;
        _on = on;
        _record = record;
    }

    /// <summary>A sentence that says why it is not as it was asked for; null when it is.</summary>
    public string? Problem { get; private set; }

    /// <param name="record">null: nobody will know how it was if this is not disposed.</param>
    public static GroSetting Apply(Link link, bool on, IFeatureRecord? record)
    {
        var setting = new GroSetting(link, on, record);
        try
        {
            // Forwarding does nothing without GRO itself; switching that off as well would also hit TCP.
            if (!on && record?.Original(link, Gro) is { } before)
                setting.PutBack(Gro, before); // of a predecessor that wanted it on
            setting.Problem = (on ? setting.Change(Gro, true) : null) ?? setting.Change(Forwarding, on);
        }
        catch (LinuxException e)
        {
            setting.Problem = $"UDP GRO forwarding of {link.Name} stays as it is: {e.Message}";
        }

        return setting;
    }

    /// <summary>Sets it again where somebody else has changed it since.</summary>
    /// <returns>A sentence that says so; null when all is as it was left.</returns>
    public string? Repair()
    {
        if (Problem is not null)
            return null; // it never was as asked for
        try
        {
            bool changed = (_on && Restore(Gro, true)) | Restore(Forwarding, _on);
            return changed ? $"UDP GRO forwarding of {_link.Name} was switched {(_on ? "off" : "on")} by somebody else; it is {(_on ? "on" : "off")} again (gro = leave for {_link.Name} leaves it to them)" : null;
        }
        catch (LinuxException)
        {
            return null; // the device is going
        }
    }

    public void Dispose()
    {
        while (_changed.TryPop(out (string Feature, bool Before) change))
            PutBack(change.Feature, change.Before);
    }

    /// <summary>Whatever a predecessor left changed is as it was; the record forgets it.</summary>
    public static void PutBack(Link link, string feature, bool before, IFeatureRecord record)
    {
        using var setting = new GroSetting(link, on: false, record);
        setting._changed.Push((feature, before));
    }

    private void PutBack(string feature, bool before)
    {
        try
        {
            if (Libc.if_nametoindex(_link.Name) == (uint)_link.Index) // else it is gone, and its settings with it
                _ = DeviceFeatures.TrySet(_link.Name, feature, before);
        }
        catch (LinuxException)
        {
            // Gone in this moment, or no descriptor left: nothing that can be done about it.
        }

        _record?.Forget(_link, feature);
    }

    private bool Restore(string feature, bool on) =>
        DeviceFeatures.Read(_link.Name, feature) is { } state && state.IsOn != on
        && DeviceFeatures.TrySet(_link.Name, feature, on).IsSuccess && DeviceFeatures.Read(_link.Name, feature)?.IsOn == on;

    private string? Change(string feature, bool on)
    {
        if (DeviceFeatures.Read(_link.Name, feature) is not { } state)
            return $"{_link.Name}: this kernel has no {feature} (Linux 5.12), so gro does nothing";
        bool? original = _record?.Original(_link, feature);
        if (state.IsOn == on)
        {
            if (original is { } before)
                _changed.Push((feature, before));
            return null;
        }

        if (original is null && _record?.Note(_link, feature, state.IsOn) is { } refusal)
            return $"{feature} of {_link.Name} stays {(on ? "off" : "on")}, since it cannot be noted down how it was: {refusal}";
        SysResult result = DeviceFeatures.TrySet(_link.Name, feature, on);
        if (DeviceFeatures.Read(_link.Name, feature)?.IsOn == on)
        {
            _changed.Push((feature, original ?? state.IsOn));
            return null;
        }

        _record?.Forget(_link, feature);

        string why = result.Is(Libc.EPERM) ? "that needs CAP_NET_ADMIN" : result.IsSuccess || !state.CanChange ? "the device does not allow it" : LinuxException.Describe(result.Errno);
        return $"{feature} of {_link.Name} cannot be switched {(on ? "on" : "off")}: {why}; it stays as it is";
    }
}
