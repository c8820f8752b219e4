using System.Collections;
using System.Numerics;

namespace TokenDashboard.Input;

/// <summary>
/// The fields of a definition. All errors are collected and reported together. A field without a value,
/// or with an empty string, as in an empty cell of a CSV file, is missing.
/// </summary>
internal class DefinitionFields
{
    /// <summary>A text with more errors than this is not a definition.</summary>
    private const int MaxFaults = 1000;

    /// <summary>The maximum length of a wrong value in a message.</summary>
    private const int MaxShown = 100;

    private readonly Dictionary<string, object> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _path;
    private readonly bool _ignoresUnknown;

    /// <summary>
    /// Reads names with values. Known names are not case-sensitive. The path is the position in an outer definition, whose errors are shared.
    /// Messages can name its owner. Unknown names are errors or ignored, here and in inner definitions.
    /// </summary>
    internal DefinitionFields(
        IEnumerable<KeyValuePair<string, object?>> fields, IReadOnlyList<string> known, string path = "", List<DefinitionFault>? faults = null, string what = "", bool ignoresUnknown = false)
    {
        _path = path;
        _ignoresUnknown = ignoresUnknown;
        Faults = faults ?? [];
        foreach ((string name, object? value) in fields)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                if (ignoresUnknown)
                    continue;
                string meant = Spelling.Nearest(name, known) is { } nearest ? $" (did you mean '{nearest}'?)" : "";
                Fault(Cut(name), $"is unknown{(what.Length > 0 ? $" in {what}" : "")}{meant}; valid names are {string.Join(", ", known)}");
            }
            else if (value is not null and not "" && !_values.TryAdd(name, value))
            {
                Fault(name, "is given twice");
            }
        }
    }

    internal List<DefinitionFault> Faults { get; }

    internal bool Has(string name) => _values.ContainsKey(name);

    internal string PathOf(string name) => _path.Length > 0 ? $"{_path}.{name}" : name;

    internal void Fault(string name, string problem) => Faults.Add(new DefinitionFault(PathOf(name), problem));

    /// <summary>The original value; null if missing, which is an error for a required field.</summary>
    internal object? Value(string name, bool required = false)
    {
        if (!_values.TryGetValue(name, out object? value) && required)
            Fault(name, "is missing");
        // The objects of a list are checked individually.
        IEnumerable<object?> texts = value is IEnumerable<KeyValuePair<string, object?>> pairs ? pairs.SelectMany(pair => new[] { pair.Key, pair.Value }) : Items(value ?? "");
        if (texts.OfType<string>().Any(HasHalfCharacter))
        {
            Fault(name, "contains half of a surrogate pair");
            return null;
        }
        return value;
    }

    // Runes replace halves of surrogate pairs.
    private static bool HasHalfCharacter(string text) => text.Any(char.IsSurrogate) && string.Concat(text.EnumerateRunes()) != text;

    internal string? Text(string name, int longest, bool required = false)
    {
        if (Value(name, required) is not { } value)
            return null;
        // Files and scripts from Windows have other line endings. The result is the same.
        string? text = Scalar(value)?.Trim().Replace("\r\n", "\n", StringComparison.Ordinal);
        if (string.IsNullOrEmpty(text) || text.Length > longest)
        {
            Fault(name, $"must be a text of 1 to {longest} characters");
            return null;
        }
        return text;
    }

    /// <summary>A text that a function converts; null, with an error, if the function returns null. The form describes the valid texts in the message.</summary>
    internal T? Parsed<T>(string name, int longest, Func<string, T?> parse, string form, bool required = false)
    {
        if (Text(name, longest, required) is not { } text)
            return default;
        T? value = parse(text);
        if (value is null)
            Fault(name, $"is '{text}'; it must be {form}");
        return value;
    }

    /// <summary>A text that passes a test; null, with an error, for any other text.</summary>
    internal string? Checked(string name, int longest, Func<string, bool> accepts, string form) => Parsed(name, longest, text => accepts(text) ? text : null, form);

    /// <summary>One of several words, not case-sensitive.</summary>
    internal string? Word(string name, IReadOnlyList<string> words, bool required = false) => Parsed(
        name, 100, text => words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)), $"one of {string.Join(", ", words)}", required);

    /// <summary>One of an enumeration's names, not case-sensitive. Numbers are not accepted.</summary>
    internal T? Choice<T>(string name, bool required = false)
        where T : struct, Enum => Word(name, Enum.GetNames<T>(), required) is { } match ? Enum.Parse<T>(match) : null;

    internal double? Number(string name, bool required = false, double smallest = 0, double largest = double.MaxValue, bool whole = false) => NumberOf(name, required, smallest, largest, whole);

    /// <summary>A number of 0 or more with all its decimals.</summary>
    internal decimal? Decimal(string name, bool required = false, decimal largest = decimal.MaxValue) => NumberOf(name, required, 0, largest, whole: false);

    private T? NumberOf<T>(string name, bool required, T smallest, T largest, bool whole)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        if (Value(name, required) is not { } value)
            return null;
        if (value is not bool && Parse<T>(Scalar(value)) is { } number && number >= smallest && number <= largest && (!whole || T.IsInteger(number)))
            return number;
        string range = (smallest == T.MinValue, largest == T.MaxValue) switch
        {
            (true, true) => "",
            (_, true) => $", {smallest.ToString(null, CultureInfo.InvariantCulture)} or more",
            _ => $" from {smallest.ToString(null, CultureInfo.InvariantCulture)} to {largest.ToString(null, CultureInfo.InvariantCulture)}",
        };
        Fault(name, $"is '{Shown(value)}'; it must be a {(whole ? "whole " : "")}number{range}, without separators");
        return null;
    }

    internal int? Whole(string name, int smallest, int largest) => (int?)Number(name, smallest: smallest, largest: largest, whole: true);

    internal bool? Flag(string name)
    {
        if (Value(name) is { } value)
        {
            if (bool.TryParse(Scalar(value), out bool flag))
                return flag;
            Fault(name, $"is '{Shown(value)}'; it must be true or false");
        }
        return null;
    }

    /// <summary>One text or a list of texts.</summary>
    internal IReadOnlyList<string> Texts(string name, bool blank = false)
    {
        string?[] texts = Value(name) is { } value ? [.. Items(value).Select(Scalar)] : [];
        string? fault = texts.Contains(null) ? "must be a text or a list of texts"
            : !blank && texts.Any(string.IsNullOrWhiteSpace) ? "has an empty text; remove it, or add a text"
            : null;
        if (fault is not null)
            Fault(name, fault);
        return fault is null ? [.. texts.OfType<string>()] : [];
    }

    /// <summary>Names with texts. The form describes them in messages.</summary>
    internal Dictionary<string, string> Map(string name, string form = "names with texts, as @{ team = 'ops' } or { \"team\": \"ops\" }")
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        object? value = Value(name);
        if (value is not null and not IEnumerable<KeyValuePair<string, object?>>)
            Fault(name, $"must be {form}");
        foreach ((string key, object? item) in value as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            if (key.Trim().Length > 0 && Scalar(item) is { } text)
                map[key] = text;
            else
                Fault(name, $"has an entry '{Cut(key)}' that is not a name with a text");
        }
        return map;
    }

    /// <summary>The definitions in a list, each with its path. An item that is not a definition is an error and omitted. A single definition needs no list.</summary>
    internal IEnumerable<DefinitionFields> Definitions(string name, IReadOnlyList<string> known, bool required = false)
    {
        foreach ((object? item, string path) in Places(name, required))
        {
            if (FieldsOf(item, path) is { } fields)
                yield return new DefinitionFields(fields, known, path, Faults, "", _ignoresUnknown);
        }
    }

    internal DefinitionFields Definition(string name, IEnumerable<KeyValuePair<string, object?>> fields, IReadOnlyList<string> known) => new(fields, known, PathOf(name), Faults, "", _ignoresUnknown);

    /// <summary>The items of a list, each with its path, up to the limit of errors.</summary>
    internal IEnumerable<(object? Item, string Path)> Places(string name, bool required = false) =>
        Value(name, required) is { } value ? Items(value).TakeWhile(_ => Faults.Count < MaxFaults).Select((item, index) => (item, $"{PathOf(name)}[{index}]")) : [];

    /// <summary>The fields of an item; null, with an error, if it has none.</summary>
    internal IEnumerable<KeyValuePair<string, object?>>? FieldsOf(object? item, string path)
    {
        if (item is not IEnumerable<KeyValuePair<string, object?>>)
        {
            string shown = Scalar(item) is { } text ? $"'{Cut(text)}'" : item is null ? "nothing" : "a list";
            Faults.Add(new DefinitionFault(path, $"is {shown}; it must be names with values, as in a hash table, or in an object of JSON or YAML"));
        }
        return item as IEnumerable<KeyValuePair<string, object?>>;
    }

    /// <summary>The items of a value that is a list, otherwise the value.</summary>
    internal static IEnumerable<object?> Items(object value) =>
        value is IEnumerable list and not string and not IEnumerable<KeyValuePair<string, object?>> and not IDictionary ? list.Cast<object?>() : [value];

    /// <summary>A single value as text; null for anything else.</summary>
    internal static string? Scalar(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum choice => choice.ToString(),
        TimeSpan length => length.ToString("c", CultureInfo.InvariantCulture),
        // The default format has 50 digits.
        BigInteger number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    internal static double? AsNumber(string? text) => Parse<double>(text);

    private static T? Parse<T>(string? text)
        where T : struct, INumber<T> =>
        T.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T number) && T.IsFinite(number) ? number : null;

    private static string Shown(object value) => Scalar(value) is { } text ? Cut(text) : (value is IEnumerable<KeyValuePair<string, object?>> ? "names with values" : "a list");

    // A wrong value can be a whole file.
    private static string Cut(string text) => text.Length <= MaxShown ? text : $"{text[..MaxShown]}…";
}
