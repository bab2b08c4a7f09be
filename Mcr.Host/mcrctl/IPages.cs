using Mcr.Actors.Control;

namespace Mcr.Host.Mcrctl;

/// <summary>What is read a page at a time, each beginning where the one before has ended, and printed as it comes.</summary>
internal interface IPages : IDisposable
{
    /// <summary>Prints a page.</summary>
    /// <param name="json">As it came.</param>
    /// <returns>null: the answer is none.</returns>
    Page? Print(byte[] json, ControlResponse answer);

    /// <summary>There is nothing more, or nobody wants more.</summary>
    /// <returns>The exit code.</returns>
    int Finish();
}

/// <param name="Next">Asks for what comes after it.</param>
/// <param name="HasMore">It is to be had at once.</param>
/// <param name="IsLast">Nothing will come after it.</param>
internal readonly record struct Page(ControlRequest Next, bool HasMore, bool IsLast);
