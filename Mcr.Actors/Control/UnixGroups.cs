using System.Globalization;

namespace Mcr.Actors.Control;

/// <summary>Groups of this machine by name, from /etc/group: control.group is a local, static one.</summary>
internal static class UnixGroups
{
    /// <param name="group">A name, or a number as it is.</param>
    /// <param name="key">Of the configuration, for sentences.</param>
    /// <exception cref="ControlSocketException">there is no such group.</exception>
    public static uint Find(string group, string key = "control.group", string groupFile = "/etc/group")
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number != uint.MaxValue)
            return number;
        return Parse(group, Lines(groupFile, key)) ?? throw new ControlSocketException(
            ControlSocketProblem.CannotCreate,
            $"{key}: there is no group '{group}' in {groupFile}; create it (groupadd --system {group}) or name another");
    }

    /// <returns>null when there is no such group, or nobody knows.</returns>
    public static uint? TryFind(string group, string groupFile = "/etc/group")
    {
        try
        {
            return Parse(group, File.ReadLines(groupFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lines are <c>name:password:number:members</c>.</summary>
    internal static uint? Parse(string group, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == group && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
                return number;
        }

        return null;
    }

    private static string[] Lines(string groupFile, string key)
    {
        try
        {
            return File.ReadAllLines(groupFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlSocketException(ControlSocketProblem.CannotCreate, $"{key}: {groupFile} cannot be read: {e.Message} Give the number of the group", e);
        }
    }
}
