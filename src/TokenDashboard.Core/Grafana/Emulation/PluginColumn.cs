namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// A result column as the plugin reads it. Its type is the declared type of a table column, or the type of the first value that is not NULL. Values of
/// other types are counted, because the plugin silently truncates or drops them.
/// </summary>
internal sealed partial class PluginColumn
{
    // No valid time is beyond it.
    private const double MostSeconds = 1e18;

    // SQLite drivers of Go convert text in columns with these declared types to times, which the plugin then cannot read.
    private readonly bool _driverReadsTimes;

    // An expression has no declared type.
    internal PluginColumn(string name, string? declaredType, bool isTime)
    {
        Name = name;
        string declared = declaredType?.ToUpperInvariant() ?? "";
        _driverReadsTimes = declared is "DATE" or "DATETIME" or "TIMESTAMP";
        Type = isTime ? ColumnType.Time : declared switch
        {
            "INTEGER" or "INT" => ColumnType.WholeNumber,
            "REAL" or "NUMERIC" or "DOUBLE" or "FLOAT" => ColumnType.Number,
            "NULL" or "TEXT" or "BLOB" => ColumnType.Text,
            _ => ColumnType.Unknown,
        };
    }

    internal PluginColumn(string name, ColumnType type) => (Name, Type) = (name, type);

    internal string Name { get; }
    internal ColumnType Type { get; private set; }
    /// <summary>The values: long, double, string, decimal (seconds since 1970) or null.</summary>
    internal List<object?> Values { get; set; } = [];
    internal int Truncated { get; private set; }
    /// <summary>The number of values that became NULL because of another type.</summary>
    internal int Lost { get; private set; }
    internal int NullTimes { get; private set; }
    /// <summary>The first value that was truncated or lost, before the change.</summary>
    internal string Example { get; private set; } = "";

    internal void Add(object? value)
    {
        if (value is null)
        {
            NullTimes += Type == ColumnType.Time ? 1 : 0;
            Values.Add(null);
            return;
        }
        if (Type == ColumnType.Unknown)
            Type = value switch { long => ColumnType.WholeNumber, double => ColumnType.Number, _ => ColumnType.Text };
        object? converted = Type switch
        {
            ColumnType.Time => _driverReadsTimes && value is string text && DriverTime().IsMatch(text) ? null : ToTime(value),
            ColumnType.WholeNumber => ToInteger(value),
            ColumnType.Number => ToFloat(value),
            _ => ToText(value),
        };
        Values.Add(converted);
        if (converted is null)
        {
            Lost++;
            Note(value);
        }
    }

    private object? ToInteger(object value)
    {
        if (value is double number)
        {
            if (number != Math.Truncate(number))
            {
                Truncated++;
                Note(value);
            }
            return double.IsNaN(number) ? long.MinValue : (long)number;
        }
        return value is long ? value : long.TryParse(value as string, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed) ? parsed : null;
    }

    private static double? ToFloat(object value) => value switch
    {
        double number => number,
        long number => number,
        _ => double.TryParse(
            value as string, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double parsed) ? parsed : null,
    };

    /// <summary>Seconds since 1970. Numbers are seconds, and text is RFC 3339 or such a number. Null if the value is not a time, or does not fit a decimal.</summary>
    private static decimal? ToTime(object value) => value switch
    {
        long seconds => seconds,
        string text when Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text.Replace(',', '.'), CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time) =>
            (decimal)(time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond,
        _ => ToFloat(value) is { } seconds && Math.Abs(seconds) < MostSeconds ? (decimal)seconds : null,
    };

    private static string ToText(object value) => value switch
    {
        double number => number.ToString("F6", CultureInfo.InvariantCulture),
        byte[] bytes => "[" + string.Join(' ', bytes) + "]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private void Note(object value)
    {
        if (Example.Length == 0)
        {
            string text = value is byte[] ? "a BLOB" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            Example = text.Length > 40 ? text[..37] + "…" : text;
        }
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([+-][0-9]{2}:[0-9]{2})?)?Z?$")]
    private static partial Regex DriverTime();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\z")]
    private static partial Regex Rfc3339();
}
