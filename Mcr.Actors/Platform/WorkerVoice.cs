using Mcr.Native.Logging;

namespace Mcr.Actors.Platform;

/// <summary>
/// One worker process in mcrd's log. It reads what strangers send, so it is not trusted with the log either: so many sentences in a period, and of the
/// rest only how many there were.
/// </summary>
internal sealed class WorkerVoice(WorkerLogging logging, TimeProvider time) : IDisposable
{
    public const int MostSentences = 200;

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private volatile string _who = "a worker";
    private IDisposable? _following;
    private long _began = time.GetTimestamp();
    private long _heard;

    /// <summary>Levels reach the worker from now on.</summary>
    public void Begin(string who, Action<LogLevels> tell)
    {
        _who = who;
        _following = logging.Control.Follow(tell);
    }

    /// <summary>On the worker's own thread of mcrd.</summary>
    public void Hear(LogFacility facility, LogVerbosity level, string sentence)
    {
        if (time.GetElapsedTime(_began) >= Period)
        {
            if (_heard > MostSentences)
                logging.Say(LogFacility.Security, LogVerbosity.Warning, _who, $"says too much: {_heard - MostSentences} of its sentences were left out");
            (_began, _heard) = (time.GetTimestamp(), 0);
        }

        if (++_heard <= MostSentences)
            logging.Say(facility, level, _who, sentence);
    }

    public void Dispose() => _following?.Dispose();
}
