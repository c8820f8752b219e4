using System.Collections;
using System.Management.Automation;
using TokenDashboard.Alerting;

namespace TokenDashboard.Parameters;

/// <summary>Takes definitions of alert rules out of what a pipeline carries.</summary>
internal static class AlertDefinitions
{
    /// <summary>The path an input is; null where it is a definition itself.</summary>
    internal static string? PathOf(PSObject input) => input.BaseObject switch
    {
        string path => path,
        FileSystemInfo file => file.FullName,
        _ => null,
    };

    /// <summary>The fields of a hash table, or the properties of an object.</summary>
    internal static IEnumerable<KeyValuePair<string, object?>> Fields(PSObject input) => input.BaseObject is IDictionary table
        ? table.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create(entry.Key.ToString() ?? "", Plain(entry.Value)))
        : input.Properties.Where(property => property.IsGettable).Select(property => KeyValuePair.Create(property.Name, Plain(property.Value)));

    /// <summary>The definitions in a JSON file.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.AlertRuleInvalid"/>.</exception>
    internal static IReadOnlyList<IReadOnlyDictionary<string, object?>> Read(string file)
    {
        try
        {
            return AlertRuleReader.Parse(File.ReadAllText(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(ErrorCode.AlertRuleInvalid, $"'{file}' could not be read: {exception.Message}", exception, file);
        }
    }

    private static object? Plain(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            IDictionary => Fields(PSObject.AsPSObject(plain)).ToList(),
            PSCustomObject => Fields((PSObject)value!).ToList(),
            IEnumerable list and not string => list.Cast<object?>().Select(Plain).ToList(),
            _ => plain,
        };
    }
}
