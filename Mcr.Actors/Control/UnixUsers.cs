using System.Globalization;

namespace Mcr.Actors.Control;

/// <summary>Names of users, from /etc/passwd.</summary>
internal static class UnixUsers
{
    /// <returns>null when it is not there, or the file cannot be read: a name is a help and no more.</returns>
    public static string? NameOf(uint uid, string passwdFile = "/etc/passwd")
    {
        try
        {
            string number = uid.ToString(CultureInfo.InvariantCulture);
            return File.ReadLines(passwdFile).Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == number)?[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
