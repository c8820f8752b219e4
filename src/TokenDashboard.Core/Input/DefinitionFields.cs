using System.Collections;
using System.Globalization;

namespace TokenDashboard.Input;

/// <summary>
/// The fields of a definition, read as what they are to be. What is wrong with any of them is gathered, so that all can be told at once.
/// A field without a value, or with an empty text as a CSV file's empty cell gives, counts as not given.
/// </summary>
internal class DefinitionFields
{
    private readonly Dictionary<string, object> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _path;

    /// <param name="fields">Names with values.</param>
    /// <param name="known">The names there may be, in any case.</param>
    /// <param name="path">Where the definition stands in another; empty for one that stands alone.</param>
    /// <param name="faults">Where faults are gathered; null for a list of its own.</param>
    /// <param name="what">What the fields are of, for the error message, where the path does not tell.</param>
    internal DefinitionFields(
        IEnumerable<KeyValuePair<string, object?>> fields, IReadOnlyList<string> known, string path = "", List<DefinitionFault>? faults = null, string what = "")
    {
        _path = path;
        Faults = faults ?? [];
        foreach ((string name, object? value) in fields)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                string meant = Spelling.Nearest(name, known) is { } nearest ? $", perhaps for '{nearest}'" : "";
                Fault(name, $"is unknown{(what.Length > 0 ? $" in {what}" : "")}{meant}; known are {string.Join(", ", known)}");
            }
            else if (value is not null and not "" && !_values.TryAdd(name, value))
            {
                Fault(name, "is given twice");
            }
        }
    }

    internal List<DefinitionFault> Faults { get; }

    internal bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Where a field stands.</summary>
    internal string PathOf(string name) => _path.Length > 0 ? $"{_path}.{name}" : name;

    internal void Fault(string name, string problem) => Faults.Add(new DefinitionFault(PathOf(name), problem));

    /// <summary>A value as it was given; null where it was not, which is a fault of a field that is required.</summary>
    internal object? Value(string name, bool required = false)
    {
        if (!_values.TryGetValue(name, out object? value) && required)
        {
            Fault(name, "is missing");
        }
        // A list of objects is looked at object by object.
        IEnumerable<object?> texts = value is IEnumerable<KeyValuePair<string, object?>> pairs ? pairs.SelectMany(pair => new[] { pair.Key, pair.Value }) : Items(value ?? "");
        if (texts.OfType<string>().Any(text => !IsWhole(text)))
        {
            Fault(name, "holds half of a character, a surrogate without its other half");
            return null;
        }
        return value;
    }

    private static bool IsWhole(string text)
    {
        for (int index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogate(text[index]) && !(index + 1 < text.Length && char.IsSurrogatePair(text[index], text[++index])))
            {
                return false;
            }
        }
        return true;
    }

    internal string? Text(string name, int longest, bool required = false)
    {
        if (Value(name, required) is not { } value)
        {
            return null;
        }
        string? text = Scalar(value)?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > longest)
        {
            Fault(name, $"must be a text of 1 to {longest} characters");
            return null;
        }
        return text;
    }

    /// <summary>One of some words, in any case; as it is written among them.</summary>
    internal string? Word(string name, IReadOnlyList<string> words, bool required = false)
    {
        if (Text(name, 100, required) is not { } text)
        {
            return null;
        }
        string? match = words.FirstOrDefault(candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (match is null)
        {
            Fault(name, $"is '{text}'; it must be one of {string.Join(", ", words)}");
        }
        return match;
    }

    /// <summary>One of an enumeration's names, in any case; numbers are not taken.</summary>
    internal T? Choice<T>(string name, bool required = false)
        where T : struct, Enum => Word(name, Enum.GetNames<T>(), required) is { } match ? Enum.Parse<T>(match) : null;

    internal double? Number(string name, bool required = false, double smallest = 0, double largest = double.MaxValue, bool whole = false)
    {
        if (Value(name, required) is not { } value)
        {
            return null;
        }
        if (value is not bool && AsNumber(Scalar(value)) is { } number && number >= smallest && number <= largest && (!whole || number == Math.Floor(number)))
        {
            return number;
        }
        string range = (smallest, largest) switch
        {
            (double.MinValue, double.MaxValue) => "",
            (_, double.MaxValue) => $", {smallest.ToString(CultureInfo.InvariantCulture)} or more",
            _ => $" from {smallest.ToString(CultureInfo.InvariantCulture)} to {largest.ToString(CultureInfo.InvariantCulture)}",
        };
        Fault(name, $"is '{Shown(value)}'; it must be a {(whole ? "whole " : "")}number{range}, without separators");
        return null;
    }

    /// <summary>A number from 0 on with all its decimals.</summary>
    internal decimal? Decimal(string name, bool required = false, decimal largest = decimal.MaxValue)
    {
        if (Value(name, required) is not { } value)
        {
            return null;
        }
        if (value is not bool && decimal.TryParse(Scalar(value), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number)
            && number <= largest)
        {
            return number;
        }
        string range = largest == decimal.MaxValue ? "of 0 or more" : $"from 0 to {largest.ToString(CultureInfo.InvariantCulture)}";
        Fault(name, $"is '{Shown(value)}'; it must be a number {range}, without separators");
        return null;
    }

    internal bool? Flag(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }
        if (bool.TryParse(Scalar(value), out bool flag))
        {
            return flag;
        }
        Fault(name, $"is '{Shown(value)}'; it must be true or false");
        return null;
    }

    /// <summary>One text or a list of them.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="blank">Whether a text of the list may be empty.</param>
    internal IReadOnlyList<string> Texts(string name, bool blank = false)
    {
        if (Value(name) is not { } value)
        {
            return [];
        }
        string?[] texts = [.. Items(value).Select(Scalar)];
        if (texts.Any(text => text is null))
        {
            Fault(name, "must be a text or a list of texts");
            return [];
        }
        if (!blank && texts.Any(string.IsNullOrWhiteSpace))
        {
            Fault(name, "has an empty text; leave it out, or give one");
            return [];
        }
        return [.. texts.OfType<string>()];
    }

    /// <summary>Names and texts.</summary>
    internal Dictionary<string, string> Map(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Value(name) is not { } value)
        {
            return map;
        }
        if (value is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            Fault(name, "must be names with texts, as @{ team = 'ops' } or { \"team\": \"ops\" }");
            return map;
        }
        foreach ((string key, object? item) in pairs)
        {
            if (key.Trim().Length == 0 || Scalar(item) is not { } text)
            {
                Fault(name, $"has an entry '{key}' that is not a name with a text");
                continue;
            }
            map[key] = text;
        }
        return map;
    }

    /// <summary>What a value holds when it is a list, and otherwise the value alone.</summary>
    internal static IEnumerable<object?> Items(object value) =>
        value is IEnumerable list and not string and not IEnumerable<KeyValuePair<string, object?>> and not IDictionary ? list.Cast<object?>() : [value];

    /// <summary>A single value as text; null for anything else.</summary>
    internal static string? Scalar(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum choice => choice.ToString(),
        TimeSpan length => length.ToString("c", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    internal static double? AsNumber(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number)
            ? number
            : null;

    private static string Shown(object value) => Scalar(value) ?? (value is IEnumerable<KeyValuePair<string, object?>> ? "names with values" : "a list");
}
