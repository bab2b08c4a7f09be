using Mcr.Native.Netlink;

namespace Mcr.Native.Kernel;

/// <summary>How the features of devices were before they were changed, so that it is known whatever ends the program. Used from any thread.</summary>
public interface IFeatureRecord
{
    /// <summary>What was noted down and not been forgotten, perhaps by a program that ended without restoring it; null for nothing.</summary>
    bool? Original(Link link, string feature);

    /// <summary>Before it is changed.</summary>
    /// <returns>null when it is on disk; else why not, and then the feature is to stay as it is.</returns>
    string? Note(Link link, string feature, bool isOn);

    /// <summary>It is as it was, or gone.</summary>
    void Forget(Link link, string feature);
}
