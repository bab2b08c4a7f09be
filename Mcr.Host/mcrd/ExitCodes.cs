namespace Mcr.Host.Mcrd;

/// <summary>The daemon's exit codes, from sysexits.h where one fits.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Refused or failed: `mcrd check` found problems, the demo lost datagrams.</summary>
    public const int Failed = 1;

    /// <summary>EX_USAGE: the command line.</summary>
    public const int Usage = 64;

    /// <summary>EX_UNAVAILABLE: another mcrd serves the control socket.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_SOFTWARE: a fault of ours.</summary>
    public const int Software = 70;

    /// <summary>EX_CANTCREAT: the control socket or the runtime directory cannot be made.</summary>
    public const int CannotCreate = 73;

    /// <summary>EX_NOPERM: no right to open packet sockets.</summary>
    public const int NoPermission = 77;

    /// <summary>EX_CONFIG: the configuration has problems.</summary>
    public const int Configuration = 78;
}
