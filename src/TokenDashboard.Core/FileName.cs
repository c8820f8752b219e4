using System.Security.Cryptography;

namespace TokenDashboard;

/// <summary>Creates names of files and folders from untrusted titles and uids.</summary>
internal static class FileName
{
    /// <summary>The characters that a supported file system does not allow in a name, without control characters.</summary>
    private const string Unsafe = "/\\:*?\"<>|";

    /// <summary>A name without extension for a uid. If characters of the uid are replaced, a hash is added, so that different uids have different names.</summary>
    public static string Of(string uid) => Safe(uid) == uid ? uid : Distinct(uid);

    /// <summary>A name for a uid that is unique however a file system compares names.</summary>
    internal static string Distinct(string uid) =>
        $"{Safe(uid)}-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(uid)), 0, 4).ToLowerInvariant()}";

    /// <summary>A name for a title that does not lead out of its folder, is valid on Windows and looks the same in every terminal.</summary>
    internal static string Safe(string title)
    {
        string name = string.Concat(title.Select(character => Unsafe.Contains(character) || MessageText.IsObeyed(character) ? '_' : character)).Trim().TrimEnd('.', ' ');
        return name.Length == 0 ? "_" : IsDevice(name) ? $"_{name}" : name;
    }

    /// <summary>Whether Windows treats a name as a device, with any extension: https://learn.microsoft.com/windows/win32/fileio/naming-a-file</summary>
    private static bool IsDevice(string name)
    {
        string device = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return device is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (device is ['C', 'O', 'M', _] or ['L', 'P', 'T', _] && (char.IsDigit(device[3]) || device[3] is '\u00B9' or '\u00B2' or '\u00B3'));
    }
}
