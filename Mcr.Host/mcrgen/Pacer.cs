namespace Mcr.Host.Mcrgen;

/// <summary>
/// When how many datagrams are due, as arithmetic over the seconds since the start. Datagram n is due at n / rate, so the average is
/// exact however unevenly the sender runs. One that fell behind catches up at no more than twice the rate, in steps of a batch.
/// </summary>
/// <param name="rate">Datagrams per second; 0 for as many as go.</param>
/// <param name="batch">The most that go at once.</param>
internal sealed class Pacer(double rate, int batch)
{
    private long _sent;
    private double _notBefore;

    /// <summary>How many may be sent now: 0 to the batch.</summary>
    public int Due(double now)
    {
        if (rate == 0)
            return batch;
        if (now < _notBefore)
            return 0;
        return (int)Math.Clamp(Math.Floor(now * rate) + 1 - _sent, 0, batch);
    }

    /// <summary>Seconds from <paramref name="now"/> until something is due.</summary>
    public double Wait(double now) => rate == 0 ? 0 : Math.Max(0, Math.Max(_sent / rate, _notBefore) - now);

    /// <summary>Notes what was sent; more than was due is a run sent ahead, and is waited for afterwards.</summary>
    public void Sent(int count, double now)
    {
        _sent += count;
        if (rate > 0)
            _notBefore = now + count / (2 * rate);
    }
}
