namespace Mcr.Actors.Control;

/// <summary>An mcrd that can be asked, by whatever way: one question at a time.</summary>
public interface IControlLink : IDisposable
{
    /// <exception cref="ControlClientException">there was no answer, or not one.</exception>
    ControlResponse Ask(ControlRequest request);

    /// <summary>Asks, and returns the answer's JSON as it came: well-formed, with exactly one member, but not decoded.</summary>
    /// <exception cref="ControlClientException">there was no answer, or not one.</exception>
    byte[] AskJson(ControlRequest request);
}
