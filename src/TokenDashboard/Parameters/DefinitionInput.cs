namespace TokenDashboard.Parameters;

/// <summary>Reads definitions of alert rules and dashboards from pipeline input.</summary>
internal static class DefinitionInput
{
    // More than any definition needs. A table that contains itself is endless.
    private const int Deepest = 32;

    private const string IsoForm = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    /// <summary>The path in an input; null if it is a definition.</summary>
    internal static string? PathOf(PSObject input) => input.BaseObject switch
    {
        string path => path,
        FileSystemInfo file => file.FullName,
        _ => null,
    };

    /// <summary>Whether a text is JSON, a line of it, or the text of an object, and no path. It can be as long as a file.</summary>
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
            throw new TokenDashboardException(code, $"'{file}' could not be read: {exception.Message}", exception, file);
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(PSObject input, int depth) => input.BaseObject is IDictionary table
        // The entries of a generic dictionary are not of the type of those of a hash table.
        ? table.Keys.Cast<object>().Select(key => KeyValuePair.Create(LanguagePrimitives.ConvertTo<string>(key), Plain(table[key], depth)))
        : input.Properties.Where(property => property.IsGettable).Select(property => KeyValuePair.Create(property.Name, Plain(property.Value, depth)));

    private static object? Plain(object? value, int depth)
    {
        object? plain = Wrapped.Inner(value);
        return plain switch
        {
            SwitchParameter flag => flag.IsPresent,
            // As ConvertFrom-Json makes them of texts: as they were written.
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
