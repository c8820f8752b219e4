using System.Collections;
using System.Globalization;

namespace TokenDashboard.Alerting;

/// <summary>
/// The fields of a definition, read as what they are to be. What is wrong with any of them is gathered, so that one error can tell all.
/// A field without a value, or with an empty text as a CSV file's empty cell gives, counts as not given.
/// </summary>
internal sealed class AlertFields
{
    private readonly Dictionary<string, object> _values = new(StringComparer.OrdinalIgnoreCase);

    internal AlertFields(IEnumerable<KeyValuePair<string, object?>> fields, IReadOnlyList<string> known)
    {
        foreach ((string name, object? value) in fields)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Problems.Add($"'{name}' is no field. Fields are: {string.Join(", ", known)}");
            }
            else if (value is not null and not "" && !_values.TryAdd(name, value))
            {
                Problems.Add($"{name} is given twice");
            }
        }
    }

    internal List<string> Problems { get; } = [];

    internal bool Has(string name) => _values.ContainsKey(name);

    internal string? Text(string name, int longest, bool required = false)
    {
        if (!_values.TryGetValue(name, out object? value))
        {
            if (required)
            {
                Problems.Add($"{name} is missing");
            }
            return null;
        }
        string? text = Scalar(value)?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > longest)
        {
            Problems.Add($"{name} must be a text of 1 to {longest} characters");
            return null;
        }
        return text;
    }

    /// <summary>One of an enumeration's names, in any case; numbers are not taken.</summary>
    internal T? Choice<T>(string name, bool required = false)
        where T : struct, Enum
    {
        if (Text(name, 100, required) is not { } text)
        {
            return null;
        }
        string? match = Enum.GetNames<T>().FirstOrDefault(candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (match is null)
        {
            Problems.Add($"{name} is '{text}'; it must be one of {string.Join(", ", Enum.GetNames<T>())}");
            return null;
        }
        return Enum.Parse<T>(match);
    }

    internal TimeSpan? Length(string name, TimeSpan shortest, TimeSpan longest, int step = 1)
    {
        if (!_values.TryGetValue(name, out object? value))
        {
            return null;
        }
        TimeSpan? length = value as TimeSpan? ?? (value is string text ? AlertLength.Parse(text.Trim()) : null);
        if (length is null || length < shortest || length > longest || length.Value.Ticks % (step * TimeSpan.TicksPerSecond) != 0)
        {
            Problems.Add(
                $"{name} is '{Scalar(value)}'; it must be a length of time from {AlertLength.Format(shortest)} to {AlertLength.Format(longest)}, such as 90s, 5m, 1h30m or 7d"
                    + (step > 1 ? $", and a multiple of {step} seconds" : ""));
            return null;
        }
        return length;
    }

    internal double? Number(string name, bool required)
    {
        if (!_values.TryGetValue(name, out object? value))
        {
            if (required)
            {
                Problems.Add($"{name} is missing");
            }
            return null;
        }
        if (value is bool
            || !double.TryParse(Scalar(value), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number)
            || !double.IsFinite(number) || number < 0)
        {
            Problems.Add($"{name} is '{Scalar(value)}'; it must be a number, 0 or more, without separators");
            return null;
        }
        return number;
    }

    internal bool? Flag(string name)
    {
        if (!_values.TryGetValue(name, out object? value))
        {
            return null;
        }
        if (bool.TryParse(Scalar(value), out bool flag))
        {
            return flag;
        }
        Problems.Add($"{name} is '{Scalar(value)}'; it must be true or false");
        return null;
    }

    /// <summary>One text or a list of them.</summary>
    internal IReadOnlyList<string> Texts(string name)
    {
        if (!_values.TryGetValue(name, out object? value))
        {
            return [];
        }
        string?[] texts = value is IEnumerable list and not string and not IDictionary ? [.. list.Cast<object?>().Select(Scalar)] : [Scalar(value)];
        if (texts.Any(text => text is null))
        {
            Problems.Add($"{name} must be a text or a list of texts");
            return [];
        }
        return [.. texts.OfType<string>()];
    }

    /// <summary>Names and texts.</summary>
    internal Dictionary<string, string> Map(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!_values.TryGetValue(name, out object? value))
        {
            return map;
        }
        if (value is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            Problems.Add($"{name} must be names with texts, as @{{ team = 'ops' }} or {{ \"team\": \"ops\" }}");
            return map;
        }
        foreach ((string key, object? item) in pairs)
        {
            if (key.Trim().Length == 0 || Scalar(item) is not { } text)
            {
                Problems.Add($"{name} has an entry '{key}' that is not a name with a text");
                continue;
            }
            map[key] = text;
        }
        return map;
    }

    /// <summary>A single value as text; null for anything else.</summary>
    private static string? Scalar(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum choice => choice.ToString(),
        TimeSpan length => length.ToString("c", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
