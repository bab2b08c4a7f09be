using Mcr.Native.Redundancy;

namespace Mcr.Specs.Redundancy;

/// <summary>One node of the model.</summary>
internal struct ModelHost
{
    public const int Size = TakeoverMemory.Size + 8;

    /// <summary>Older is as old as this, in ticks.</summary>
    private const int LongestGap = 5;

    public Takeover Rule;
    public TakeoverOrders Orders;
    public bool IsFrozen;
    public bool IsDead;
    public bool HasInput;
    public bool HasOutput;

    /// <summary>Ticks since it stands still.</summary>
    public byte Gap;

    /// <summary>Datagrams that come with the next tick.</summary>
    public byte OwnUnderWay;

    /// <inheritdoc cref="OwnUnderWay"/>
    public byte EchoesUnderWay;

    /// <summary>What has queued up: bit n was there n ticks ago.</summary>
    public byte OwnQueue;

    public byte EchoQueue;

    /// <summary>Ticks, or datagrams of a slow flow, for which nobody sent anything that this one would hear, although it could itself.</summary>
    public byte Nobody;

    public readonly bool Runs => !IsFrozen && !IsDead;

    public readonly bool Forwards => Runs && Rule.Role == TakeoverRole.Forwarding;

    public readonly bool Could => Runs && HasInput && HasOutput && Orders.Withheld == 0 && (Rule.IsProven || Orders.FreeUntil > TakeoverMemory.Now);

    public void Age()
    {
        TakeoverMemory.Age(ref Rule);
        Orders.FreeUntil = Math.Max(0, Orders.FreeUntil - TakeoverMemory.Tick);
        Orders.SuspectUntil = Math.Max(0, Orders.SuspectUntil - TakeoverMemory.Tick);
        if (Runs)
            return;
        Gap = (byte)Math.Min(Gap + 1, LongestGap);
        OwnQueue = (byte)((OwnQueue << 1) & 7);
    }

    public void HearUnderWay(int of)
    {
        Hear(of, EchoesUnderWay);
        EchoesUnderWay = 0;
    }

    /// <summary>The other one has sent that many.</summary>
    public void Echo(int of, int datagrams, bool later)
    {
        if (later)
            EchoesUnderWay = (byte)Math.Min(EchoesUnderWay + datagrams, Takeover.MostEchoesAlone);
        else
            Hear(of, datagrams);
    }

    /// <param name="delay">In ticks, of the datagram that is sent now; -1: none is.</param>
    /// <returns>How many have come in, and how many it sends.</returns>
    public (int Own, int Sent) Turn(int delay)
    {
        int own = OwnUnderWay + (delay == 0 ? 1 : 0);
        OwnUnderWay = (byte)(delay == 1 ? 1 : 0);
        if (!HasInput || own == 0)
            return (0, 0);
        if (!Runs)
        {
            OwnQueue |= 1;
            return (0, 0);
        }

        int sent = 0;
        for (int i = 0; i < own; i++)
            sent += Own();
        return (own, sent);
    }

    /// <summary>It goes on with what it remembers and what has queued up.</summary>
    /// <returns>How many it sends.</returns>
    public int Wake(int other)
    {
        bool isLong = Gap > 2;
        if (isLong)
            Rule.Woke(TakeoverMemory.Now, Gap * TakeoverMemory.Tick);
        (IsFrozen, IsDead, Gap) = (false, false, 0);
        Hear(other, EchoQueue);
        int sent = 0;
        for (int age = 2; age >= 0; age--)
            sent += ((OwnQueue >> age) & 1) != 0 ? Own() : 0;
        (OwnQueue, EchoQueue) = (0, 0);
        if (isLong)
            Rule.Settle(TakeoverMemory.Now);
        return sent;
    }

    public void Forget(int rank)
    {
        (Rule, Orders, IsDead, Gap, OwnQueue, EchoQueue) = (default, default, false, 0, 0, 0);
        Rule.Use(TakeoverMemory.Now, new TakeoverSettings(TakeoverModel.After * TakeoverMemory.Tick, rank));
    }

    public void Obey(TakeoverOrder order, int rank) => Rule.Obey(TakeoverMemory.Now, Orders with { Order = TakeoverOrders.Make(1, order, rank) });

    private int Own() => Rule.Own(TakeoverMemory.Now) && HasOutput ? 1 : 0;

    private void Hear(int of, int datagrams)
    {
        if (!HasOutput)
            return;
        if (!Runs)
            EchoQueue = (byte)Math.Min(EchoQueue + datagrams, Takeover.MostEchoesAlone);
        else
        {
            for (int i = 0; i < datagrams; i++)
                Rule.Heard(TakeoverMemory.Now, of);
        }
    }

    public readonly void Write(Span<byte> bytes)
    {
        TakeoverMemory.Write(Rule, bytes);
        Span<byte> rest = bytes[TakeoverMemory.Size..];
        rest[0] = (byte)((IsFrozen ? 1 : 0) | (IsDead ? 2 : 0) | (HasInput ? 4 : 0) | (HasOutput ? 8 : 0));
        (rest[1], rest[2], rest[3], rest[4], rest[5], rest[6]) = (Gap, OwnUnderWay, EchoesUnderWay, OwnQueue, EchoQueue, Nobody);
    }

    /// <summary>Into one whose rule is in use and has its settings.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        TakeoverMemory.Read(bytes, ref Rule);
        ReadOnlySpan<byte> rest = bytes[TakeoverMemory.Size..];
        (IsFrozen, IsDead, HasInput, HasOutput) = ((rest[0] & 1) != 0, (rest[0] & 2) != 0, (rest[0] & 4) != 0, (rest[0] & 8) != 0);
        (Gap, OwnUnderWay, EchoesUnderWay, OwnQueue, EchoQueue, Nobody) = (rest[1], rest[2], rest[3], rest[4], rest[5], rest[6]);
        Orders = TakeoverMemory.OrdersOf(Rule);
    }
}
