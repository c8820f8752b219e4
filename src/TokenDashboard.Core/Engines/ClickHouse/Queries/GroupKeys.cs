namespace TokenDashboard.Engines.ClickHouse.Queries;

/// <summary>
/// The expressions by which rows are grouped, each with a name. Those with the same value in all rows are not needed in GROUP BY. Of 50 million requests,
/// grouping by two names took five times as long as by one number.
/// </summary>
internal sealed class GroupKeys
{
    /// <summary>Whether a request has a readable time.</summary>
    public const string HasTime = "k_has_time";

    /// <summary>The start of a period. It is not selected, because the time of its first request represents it.</summary>
    public const string Start = "k_start";

    /// <summary>
    /// Creates the keys. If there can be as many groups as requests, these are not found by a number, because two groups could have the same one, and most
    /// of the time is spent on the groups.
    /// </summary>
    public GroupKeys((string Name, string Value)[] keys, bool areMany)
    {
        (string Name, string Value)[] distinct = [.. keys.Where(key => key.Value is not ("0" or "''"))];
        string[] values = [.. distinct.Select(key => key.Value)];
        bool isNumber = !areMany && distinct.Any(key => key.Name is not (HasTime or Start));
        Grouped = isNumber ? ClickHouseMeasures.Key(values) : string.Join(", ", values);
        Selected = string.Join(", ", keys.Where(key => key.Name != Start).Select(key => $"{(isNumber && distinct.Contains(key) ? $"any({key.Value})" : key.Value)} AS {key.Name}"));
    }

    /// <summary>The values in GROUP BY.</summary>
    public string Grouped { get; }

    /// <summary>The values in SELECT.</summary>
    public string Selected { get; }
}
