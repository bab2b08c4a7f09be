namespace Mcr.Specs.Bench;

/// <summary>
/// Looks for the highest rate that a relay carries without loss: first as fast as the sender goes, then a little below what arrived of
/// that, then between what was carried and what was not, until they are near enough.
/// </summary>
internal sealed class RateSearch
{
    /// <summary>Ratio of the lowest rate with loss and the highest without, at which it ends.</summary>
    private const double Near = 1.06;

    /// <summary>Of the rate that arrived in the flood.</summary>
    private const double FirstGuess = 0.95;

    private const double Lowest = 1_000;

    private double _failed = double.PositiveInfinity;
    private double _guess;

    /// <summary>The highest rate carried so far, as the sender achieved it; 0: none.</summary>
    public double Carried { get; private set; }

    /// <summary>Nothing was lost of all that the sender could send.</summary>
    public bool IsSenderLimit { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>The last that was not carried, for people.</summary>
    public string LastTried { get; private set; } = "";

    /// <summary>Datagrams a second to try; 0: as fast as the sender goes.</summary>
    public double Next =>
        double.IsInfinity(_failed) ? 0 :
        Carried > 0 ? Math.Sqrt(Carried * _failed) :
        _guess;

    /// <param name="achieved">What the sender reports it has sent, in datagrams a second.</param>
    /// <param name="arrived">The part of it that arrived.</param>
    public void Record(double achieved, double arrived, bool isCarried)
    {
        double asked = Next;
        if (isCarried)
        {
            Carried = Math.Max(Carried, achieved);
            if (asked == 0)
                IsSenderLimit = IsDone = true;
            else if (achieved < asked / Near)
                IsDone = IsSenderLimit = true; // it goes no faster when it is asked to
        }
        else
        {
            bool isFlood = asked == 0;
            LastTried = FormattableString.Invariant($"{achieved:N0}/s, of which {arrived:P1} arrived");
            _failed = isFlood ? achieved : Math.Min(_failed, asked);
            _guess = isFlood ? Math.Min(achieved * arrived * FirstGuess, achieved / Near) : _failed / 2;
            if (isFlood && _guess < Lowest)
                _guess = achieved / 4; // a relay that collapses under a flood may carry a good deal
        }

        IsDone |= Carried > 0 ? _failed / Carried < Near : _failed < Lowest;
    }
}
