using System.Globalization;

namespace Mcr.Native.Rules;

/// <summary>
/// Selection as an operator writes it: <c>merge</c>, <c>merge,by=rtp,skew=50ms,hold=20ms,buffer=64MiB</c>, <c>failover,receive-timeout=50ms,max-loss=1%</c>; what is not written is
/// as it is by default. Pure.
/// </summary>
public static class SelectText
{
    private const string FailoverMode = "failover";
    private const string MergeMode = "merge";

    private const string ModeKey = "mode";
    private const string ByKey = "by";
    private const string SkewKey = "skew";
    private const string HoldKey = "hold";
    private const string BufferKey = "buffer";
    private const string ReceiveTimeoutKey = "receive-timeout";
    private const string MinRateKey = "min-rate";
    private const string MaxLossKey = "max-loss";
    private const string RevertKey = "revert";
    private const string RevertAfterKey = "revert-after";

    private const int MillionthsInAPercent = 10_000;
    private const int All = 1_000_000;

    private static readonly string[] OfMerge = [SkewKey, HoldKey, BufferKey];
    private static readonly string[] OfFailover = [ReceiveTimeoutKey, MinRateKey, MaxLossKey, RevertKey, RevertAfterKey];

    /// <summary>Of the object that it can be in a file.</summary>
    public static readonly IReadOnlyList<string> Keys = [ModeKey, ByKey, .. OfMerge, .. OfFailover];

    /// <param name="problem">Gets the key, or "" for the text as a whole, and a sentence.</param>
    /// <returns>null with at least one problem.</returns>
    public static SelectSettings? Parse(string text, Action<string, string> problem)
    {
        bool isWrong = false;
        void Wrong(string key, string sentence)
        {
            isWrong = true;
            problem(key, sentence);
        }

        // The mode is the first word, or a pair like the others.
        string first = text.Split(',')[0];
        bool isFirst = first.Trim().Length > 0 && !first.Contains('=', StringComparison.Ordinal);
        Dictionary<string, string> values = new(PairText.Read(isFirst ? $"{ModeKey}={text}" : text, [','], Keys, $"select as {MergeMode},{ByKey}=rtp", "no key of select", Wrong));
        SelectMode? mode = Mode(values.GetValueOrDefault(ModeKey), Wrong);
        SelectKey? by = values.TryGetValue(ByKey, out string? key) ? By(key, Wrong) : null;
        SelectSettings? settings = mode switch
        {
            SelectMode.Merge => Merge(values, by ?? new SelectKey(SelectKeyKind.Rtp), Wrong),
            SelectMode.Failover => Failover(values, by, Wrong),
            _ => null,
        };
        return isWrong ? null : settings;
    }

    /// <summary>Which <see cref="Parse"/> reads as the same.</summary>
    public static string Format(SelectSettings settings)
    {
        string by = settings.By is { } key && key != new SelectKey(SelectKeyKind.Rtp) ? $",{ByKey}={SelectKeyText.Format(key)}" : "";
        if (settings.Mode == SelectMode.Merge)
        {
            return MergeMode + by
                + Time(SkewKey, settings.SkewMilliseconds, SelectSettings.DefaultSkewMilliseconds)
                + (settings.By?.Kind == SelectKeyKind.Content ? "" : Time(HoldKey, settings.HoldMilliseconds, settings.SkewMilliseconds))
                + (settings.BufferBytes == SelectSettings.DefaultBufferBytes ? "" : $",{BufferKey}={SizeText.Format(settings.BufferBytes)}");
        }

        return FailoverMode
            + Time(ReceiveTimeoutKey, settings.ReceiveTimeoutMilliseconds, SelectSettings.DefaultReceiveTimeoutMilliseconds)
            + (settings.MinRate == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $",{MinRateKey}={settings.MinRate}"))
            + (settings.MaxLossPpm == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $",{MaxLossKey}={(decimal)settings.MaxLossPpm / MillionthsInAPercent:0.####}%"))
            + by
            + (settings.Revert ? "" : $",{RevertKey}={FlagText.Off}")
            + Time(RevertAfterKey, settings.RevertAfterMilliseconds, SelectSettings.DefaultRevertAfterMilliseconds);
    }

    private static SelectMode? Mode(string? text, Action<string, string> problem)
    {
        switch (text)
        {
            case MergeMode:
                return SelectMode.Merge;
            case FailoverMode:
                return SelectMode.Failover;
            default:
                problem(ModeKey, $"{(string.IsNullOrEmpty(text) ? "is missing" : $"'{PairText.Short(text)}' is no way to make one stream of several inputs")}; give {FailoverMode} (the first input that is well), or {MergeMode} (each datagram once, from whichever has it first)");
                return null;
        }
    }

    private static SelectKey? By(string text, Action<string, string> problem)
    {
        SelectKey? key = SelectKeyText.Parse(text);
        if (key is null)
            problem(ByKey, $"'{PairText.Short(text)}' is nothing to tell datagrams apart by; give {SelectKeyText.Wanted}");
        return key;
    }

    private static SelectSettings Merge(Dictionary<string, string> values, SelectKey by, Action<string, string> problem)
    {
        RefuseOthers(values, OfFailover, FailoverMode, MergeMode, problem);
        int skew = Milliseconds(values, SkewKey, SelectSettings.DefaultSkewMilliseconds, 1, SelectSettings.LongestSkewMilliseconds, "by how much one input may be behind another", problem);
        int hold = by.Kind == SelectKeyKind.Content ? 0 : Milliseconds(values, HoldKey, skew, 0, skew, $"for which a gap waits for another input, which is at most {SkewKey}", problem);
        if (by.Kind == SelectKeyKind.Content && values.ContainsKey(HoldKey))
            problem(HoldKey, $"cannot be with {ByKey}={SelectKeyText.Format(by)}: payloads alone have no order, and there are no gaps to wait for; leave it out, or say where a sequence number is");
        return new SelectSettings(SelectMode.Merge, by) { SkewMilliseconds = skew, HoldMilliseconds = hold, BufferBytes = Buffer(values, problem) };
    }

    private static SelectSettings Failover(Dictionary<string, string> values, SelectKey? by, Action<string, string> problem)
    {
        RefuseOthers(values, OfMerge, MergeMode, FailoverMode, problem);
        int maxLoss = values.TryGetValue(MaxLossKey, out string? loss) ? MaxLoss(loss, problem) : 0;
        if (loss is null && values.ContainsKey(ByKey))
            problem(ByKey, $"is what losses are counted by, and nobody asks for them; give {MaxLossKey} such as 1%, too, or leave it out");
        if (loss is not null && by?.Kind == SelectKeyKind.Content)
            problem(ByKey, $"'{SelectKeyText.Format(by.Value)}' tells no losses; give another one, or leave {MaxLossKey} out");
        return new SelectSettings(SelectMode.Failover, loss is null ? null : by ?? new SelectKey(SelectKeyKind.Rtp))
        {
            ReceiveTimeoutMilliseconds = Milliseconds(values, ReceiveTimeoutKey, SelectSettings.DefaultReceiveTimeoutMilliseconds, SelectSettings.ShortestReceiveTimeoutMilliseconds, SelectSettings.LongestReceiveTimeoutMilliseconds, "of silence after which an input is not relayed any more", problem),
            MinRate = values.TryGetValue(MinRateKey, out string? rate) ? MinRate(rate, problem) : 0,
            MaxLossPpm = maxLoss,
            Revert = !values.TryGetValue(RevertKey, out string? flag) || (PairText.Flag(RevertKey, flag, problem) ?? true),
            RevertAfterMilliseconds = Milliseconds(values, RevertAfterKey, SelectSettings.DefaultRevertAfterMilliseconds, 0, SelectSettings.LongestRevertAfterMilliseconds, "for which an earlier input has to be well before it is returned to", problem),
        };
    }

    private static void RefuseOthers(Dictionary<string, string> values, string[] keys, string theirs, string mode, Action<string, string> problem)
    {
        foreach (string key in keys.Where(values.ContainsKey))
            problem(key, $"is a key of {theirs}, and this is {mode}; leave it out, or select by {theirs}");
    }

    /// <summary>Whole ones: what is cut off would be missed.</summary>
    private static int Milliseconds(Dictionary<string, string> values, string key, int otherwise, int least, int most, string what, Action<string, string> problem)
    {
        if (!values.TryGetValue(key, out string? text))
            return otherwise;
        double? time = text == "0" ? 0 : DurationText.Parse(text) is { } given ? Math.Round(given.TotalMilliseconds, 3) : null;
        if (time is { } milliseconds && milliseconds >= least && milliseconds <= most && milliseconds == Math.Floor(milliseconds))
            return (int)milliseconds;
        problem(key, $"'{PairText.Short(text)}' is no time {what}; give {(least == 0 ? "0" : Duration(least))} to {Duration(most)}, in whole milliseconds");
        return otherwise;
    }

    private static int Buffer(Dictionary<string, string> values, Action<string, string> problem)
    {
        if (!values.TryGetValue(BufferKey, out string? text))
            return SelectSettings.DefaultBufferBytes;
        if (SizeText.Parse(text) is { } bytes && bytes >= SelectSettings.LeastBufferBytes && bytes <= SelectSettings.MostBufferBytes)
            return (int)bytes;
        problem(BufferKey, $"'{PairText.Short(text)}' is no memory for what waits; give {SizeText.Format(SelectSettings.LeastBufferBytes)} to {SizeText.Format(SelectSettings.MostBufferBytes)}");
        return SelectSettings.DefaultBufferBytes;
    }

    private static long MinRate(string text, Action<string, string> problem)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long rate) && rate is > 0 and <= SelectSettings.MostDatagrams)
            return rate;
        problem(MinRateKey, $"'{PairText.Short(text)}' is no number of datagrams a second; give 1 to {SelectSettings.MostDatagrams}, or leave it out");
        return 0;
    }

    private static int MaxLoss(string text, Action<string, string> problem)
    {
        if (text.EndsWith('%') && decimal.TryParse(text.AsSpan(0, text.Length - 1).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent)
            && percent is > 0 and < 100 && percent * MillionthsInAPercent is var share && share == decimal.Floor(share) && share < All)
            return (int)share;
        problem(MaxLossKey, $"'{PairText.Short(text)}' is no share of lost datagrams; give 0.0001% to 99.9999%, such as 1% or 0.5%, or leave it out");
        return 0;
    }

    private static string Time(string key, int milliseconds, int otherwise) => milliseconds == otherwise ? "" : $",{key}={Duration(milliseconds)}";

    private static string Duration(int milliseconds) => milliseconds == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
}
