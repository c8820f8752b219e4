namespace TokenDashboard.Grafana.Parsing;

/// <summary>The selected values of a variable. If it accepts several values, a single value is also a list.</summary>
internal sealed record VariableValue(IReadOnlyList<string> Values, bool IsList)
{
    /// <summary>The text that is inserted unchanged, in any format, if all is selected. Null inserts the values.</summary>
    internal string? CustomAll { get; init; }
    internal IReadOnlyList<string> Texts { get; init; } = Values;
    internal bool IsAll { get; init; }
    internal long Length { get; } = Values.Sum(value => (long)value.Length);

    internal static VariableValue Of(string value) => new([value], IsList: false);
}

/// <summary>
/// The formats in which Grafana's frontend inserts the values of a variable, by the word after the colon. Formats for languages other than SQL
/// are omitted.
/// </summary>
internal static partial class VariableFormat
{
    /// <summary>
    /// The text for a variable in the format after the colon, with its arguments. Without a format, it is Grafana's glob format, or a list of quoted texts
    /// if the plugin requests it. Since Grafana 10.2, <c>sqlstring</c> also escapes a double quote with a backslash.
    /// </summary>
    internal static string Write(string name, VariableValue value, string format, bool escapeDoubleQuotes, bool quoteLists = false)
    {
        string[] parts = format.Split(':');
        IReadOnlyList<string> values = value.Values;
        string Single() => string.Join(",", values);
        return parts[0] switch
        {
            "sqlstring" => Each(values, text => $"'{Sql(text, escapeDoubleQuotes)}'"),
            "singlequote" => Each(values, text => $"'{text.Replace("'", "\\'", StringComparison.Ordinal)}'"),
            "doublequote" => Each(values, text => $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\""),
            "csv" or "raw" => Single(),
            "join" => string.Join(parts.Length > 1 ? parts[1] : ",", values),
            "pipe" => string.Join("|", values),
            "regex" => string.Join("|", values.Select(text => SpecialPattern().Replace(text, @"\$0"))) is var pattern && values.Count == 1 ? pattern : $"({pattern})",
            "json" => value.IsList ? Json.List(values).ToJsonString() : Single(),
            "percentencode" => Uri.EscapeDataString(value.IsList ? "{" + Single() + "}" : Single()),
            "queryparam" => string.Join("&", values.Select(text => $"var-{name}={Uri.EscapeDataString(text)}")),
            "text" => string.Join(" + ", value.Texts),
            "date" => Date(values is [var moment] ? moment : "", format.Length > 5 ? format[5..] : "iso"),
            "" when quoteLists && value.IsList => $"'{string.Join("','", values)}'",
            _ => values.Count > 1 ? "{" + Single() + "}" : Single(),
        };
    }

    private static string Each(IEnumerable<string> values, Func<string, string> quote) => string.Join(",", values.Select(quote));

    private static string Sql(string text, bool escapeDoubleQuotes)
    {
        string doubled = text.Replace("'", "''", StringComparison.Ordinal);
        return escapeDoubleQuotes ? doubled.Replace("\"", "\\\"", StringComparison.Ordinal) : doubled;
    }

    private static string Date(string value, string form)
    {
        if (value.Length > 20 || !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long milliseconds)
            || milliseconds is < -253_402_300_799_999 or > 253_402_300_799_999)
            return "NaN";
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(milliseconds, -62_135_596_800_000));
        return form switch
        {
            "ms" => value,
            "seconds" => Math.Floor((milliseconds / 1000.0) + 0.5).ToString(CultureInfo.InvariantCulture),
            "iso" => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            // The letters of moment.js for dates in SQL. Others stay unchanged.
            _ => MomentPattern().Replace(form, match => match.Value switch
            {
                "YYYY" => time.ToString("yyyy", CultureInfo.InvariantCulture),
                "DD" => time.ToString("dd", CultureInfo.InvariantCulture),
                "SSS" => time.ToString("fff", CultureInfo.InvariantCulture),
                "X" => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                "x" => value,
                "Z" => "+00:00",
                var same => time.ToString(same, CultureInfo.InvariantCulture),
            }),
        };
    }

    [GeneratedRegex(@"[\\^$*+?.()|[\]{}/]")] private static partial Regex SpecialPattern();
    [GeneratedRegex("YYYY|MM|DD|HH|mm|ss|SSS|X|x|Z")] private static partial Regex MomentPattern();
}
