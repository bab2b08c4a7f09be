using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>A host with one loop and one rule, as the loop does it: echoes before its own datagrams, and after a standstill <see cref="Takeover.Woke"/> before everything.</summary>
internal sealed class TakeoverNode(TakeoverNetwork network, int rank)
{
    /// <summary>Datagrams that a socket holds while nobody reads it; later ones are lost.</summary>
    private const int QueueLength = 400;

    private readonly List<(long At, long Datagram)> _ownQueue = [];
    private readonly List<int> _echoQueue = [];
    private Takeover _rule;
    private TakeoverOrders _orders; // as they are in the slot
    private bool _ordersAreNew;
    private long _lastTurn;

    public int Rank => rank;

    public bool IsAlive { get; private set; } = true;

    public bool IsFrozen { get; private set; }

    /// <summary>Its mcrd, which lives where the loop is frozen with everything else only while it is not.</summary>
    public bool HasMcrd { get; set; } = true;

    public bool IsRunning => IsAlive && !IsFrozen;

    /// <summary>The kernel says whether the link is there.</summary>
    public bool IsInputUp { get; set; } = true;

    /// <inheritdoc cref="IsInputUp"/>
    public bool IsOutputUp { get; set; } = true;

    /// <summary>Somewhere on the way, which nobody is told.</summary>
    public bool IsInputReached { get; set; } = true;

    /// <summary>The part of the output's segment that it is in.</summary>
    public int Island { get; set; }

    public Takeover Rule => _rule;

    public TakeoverOrders Orders => _orders;

    public bool Forwards => IsRunning && _rule.Role == TakeoverRole.Forwarding;

    public bool GetsInput => IsInputUp && IsInputReached && network.IsSending;

    /// <summary>It could forward, and may.</summary>
    public bool Could => IsRunning && GetsInput && IsOutputUp && _orders.Withheld == 0 && (_rule.IsProven || network.Now < _orders.FreeUntil);

    public void Start()
    {
        _rule.Use(network.Now, new TakeoverSettings(TakeoverNetwork.After, rank));
        _lastTurn = network.Now;
    }

    public void ReceiveOwn(long datagram)
    {
        if (!IsRunning)
            Queue(_ownQueue, (network.Now, datagram));
        else if (_rule.Own(network.Now))
            network.Send(this, datagram);
    }

    public void ReceiveEcho(int of)
    {
        if (!IsRunning)
            Queue(_echoQueue, of);
        else
            _rule.Heard(network.Now, of);
    }

    /// <summary>mcrd has written orders.</summary>
    public void Write(in TakeoverOrders orders)
    {
        _orders = orders;
        _ordersAreNew = true;
        if (IsRunning)
            Obey();
    }

    public void Freeze()
    {
        IsFrozen = true;
        _lastTurn = network.Now;
    }

    public void Thaw()
    {
        IsFrozen = false;
        if (IsAlive)
            Wake();
    }

    public void Kill()
    {
        if (IsRunning)
            _lastTurn = network.Now;
        IsAlive = false;
        IsFrozen = false;
    }

    /// <param name="remembers">The worker alone was gone: its slot and its sockets, which mcrd keeps, are as they were left. Otherwise the whole host was.</param>
    public void Restart(bool remembers)
    {
        IsAlive = true;
        if (remembers)
        {
            _rule.Use(network.Now, new TakeoverSettings(TakeoverNetwork.After, rank));
            Wake();
            return;
        }

        (_rule, _orders, _ordersAreNew) = (default, default, false);
        _ownQueue.Clear();
        _echoQueue.Clear();
        Start();
    }

    private void Wake()
    {
        long gap = network.Now - _lastTurn;
        bool isLong = gap > TakeoverNetwork.After / 2;
        if (isLong)
            _rule.Woke(network.Now, gap);
        if (_ordersAreNew)
            Obey();
        foreach (int of in _echoQueue)
            _rule.Heard(network.Now, of);
        foreach ((long at, long datagram) in _ownQueue)
        {
            if (isLong && network.Now - at > TakeoverNetwork.After / 2)
                continue;
            if (_rule.Own(network.Now))
                network.Send(this, datagram);
        }

        _echoQueue.Clear();
        _ownQueue.Clear();
        if (isLong)
            _rule.Settle(network.Now);
    }

    private void Obey()
    {
        _ordersAreNew = false;
        _rule.Obey(network.Now, _orders);
    }

    private static void Queue<T>(List<T> queue, T what)
    {
        if (queue.Count < QueueLength)
            queue.Add(what);
    }
}
