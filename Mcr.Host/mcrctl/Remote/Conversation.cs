using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl.Remote;

/// <summary>A console and the mcrd that its commands are for.</summary>
/// <param name="connect">To there.</param>
/// <param name="isKept">One connection serves all commands until it fails; else each has its own, since mcrd ends idle ones soon.</param>
internal sealed class Conversation(Func<IControlLink> connect, bool isKept) : IDisposable
{
    private IControlLink? _link;

    /// <summary>The node that is to do what is said, unless a command names another; null: the one that is asked.</summary>
    public string? Node { get; set; }

    /// <summary>What draws the answers while a command is done again and again.</summary>
    public LiveSession? Live { get; set; }

    /// <exception cref="ControlClientException">nobody is there, or does not let us in.</exception>
    public IControlLink Link()
    {
        if (!isKept)
            Forget();
        return _link ??= connect();
    }

    /// <summary>The next command connects anew.</summary>
    public void Forget()
    {
        _link?.Dispose();
        _link = null;
    }

    public void Dispose() => Forget();
}
