namespace Mcr.Host.Mcrgen;

/// <summary>What a payload proves about itself.</summary>
internal enum PayloadVerdict
{
    /// <summary>Header present, checksum right.</summary>
    Intact,

    /// <summary>8 to 27 bytes: a sequence number, nothing to check the content by.</summary>
    Numbered,

    /// <summary>Less than 8 bytes: it can only be counted.</summary>
    Unnumbered,

    /// <summary>Long enough for a header, but its magic or its checksum is wrong: damaged, or not from mcrgen.</summary>
    Corrupted,
}
