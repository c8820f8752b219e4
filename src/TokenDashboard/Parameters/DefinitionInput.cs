namespace TokenDashboard.Parameters;

/// <summary>Reads definitions of alert rules and dashboards from pipeline input.</summary>
internal static class DefinitionInput
{
    // More than any definition needs. A table that contains itself has no end.
    private const int Deepest = 32;

    private const string IsoForm = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    /// <summary>The path in an input; null if it is a definition.</summary>
    internal static string? PathOf(PSObject input) => input.BaseObject switch
    {
        string path => path,
        FileSystemInfo file => file.FullName,
        _ => null,
    };

    /// <summary>Whether text is JSON, one line of JSON, or the text of an object, and not a path. It can be as long as a file.</summary>
    internal static bool IsContent(string text) => text.Trim() switch
    {
        "{" or "[" => true,
        ['{', ..] or ['[', ..] => text.IndexOfAny(['"', '\n']) >= 0,
        ['@', '{', ..] => text.Contains('=', StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The fields of a hash table, or the properties of an object.</summary>
    internal static IEnumerable<KeyValuePair<string, object?>> Fields(PSObject input) => Fields(input, 0);

    /// <summary>The text of a file of definitions.</summary>
    /// <exception cref="TokenDashboardException">It could not be read.</exception>
    internal static string ReadText(string file, ErrorCode code)
    {
        try
        {
            return RegularFile.ReadText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(
                code, $"'{file}' could not be read: {exception.Message}{(exception is UnauthorizedAccessException ? " Grant this account read permission on the file." : "")}", exception, file);
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(PSObject input, int depth) => input.BaseObject is IDictionary table
        // A generic dictionary and a hash table have different types of entries.
        ? table.Keys.Cast<object>().Select(key => KeyValuePair.Create(LanguagePrimitives.ConvertTo<string>(key), Plain(table[key], depth)))
        : input.Properties.Where(property => property.IsGettable).Select(property => KeyValuePair.Create(property.Name, Plain(property.Value, depth)));

    private static object? Plain(object? value, int depth)
    {
        object? plain = Wrapped.Inner(value);
        return plain switch
        {
            SwitchParameter flag => flag.IsPresent,
            // ConvertFrom-Json converts text to such values. They become the original text again.
            DateTime time => time.ToString(IsoForm, CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString(IsoForm, CultureInfo.InvariantCulture),
            DateOnly day => day.ToString("o", CultureInfo.InvariantCulture),
            not string and (IDictionary or PSCustomObject or IEnumerable) when depth > Deepest => plain.ToString(),
            IDictionary => Fields(PSObject.AsPSObject(plain), depth + 1).ToList(),
            PSCustomObject => Fields((PSObject)value!, depth + 1).ToList(),
            IEnumerable list and not string => list.Cast<object?>().Select(item => Plain(item, depth + 1)).ToList(),
            _ => plain,
        };
    }
}
