using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>Inserts values of variables into one text. A value for All can contain variables itself, so the length is limited. Each variable is resolved once.</summary>
internal sealed class Interpolation(BrowserView view)
{
    // The maximum depth of nested values.
    private const int Deepest = 20;

    private readonly Dictionary<(string Name, string Field, string Format), string?> _known = [];
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    internal string Of(string text) => SqlText.Replaced(
        text, VariableUse.In(text).Select(use => (use.Index, use.Length, Value(use) ?? text.Substring(use.Index, use.Length))))
        ?? throw TooLong();

    private string? Value(VariableUse use) => _known.TryGetValue((use.Name, use.Field, use.Format), out string? value)
        ? value
        : _known[(use.Name, use.Field, use.Format)] = Resolve(use);

    private string? Resolve(VariableUse use)
    {
        if (view.BuiltIn(use.Name, use.Field) is { } builtIn)
            return VariableFormat.Write(use.Name, VariableValue.Of(builtIn), use.Format, view.EscapesDoubleQuotes);
        if (!view.Values.TryGetValue(use.Name, out VariableValue? value))
            return null;
        if (value.CustomAll is { } all)
        {
            return use.Format switch
            {
                "text" => "All",
                "percentencode" => Uri.EscapeDataString(all),
                "queryparam" => $"var-{use.Name}=$__all",
                _ => OfAll(use.Name, all),
            };
        }
        if (value.Length > SqlText.MaxLength)
            throw TooLong();
        return VariableFormat.Write(use.Name, value, use.Format, view.EscapesDoubleQuotes, view.QuotesLists);
    }

    private string OfAll(string name, string all)
    {
        if (_open.Count == Deepest || !_open.Add(name))
            throw new PluginException($"the value of '{name}' for All refers to itself, or to others that refer to others, more than {Deepest} times");
        string value = Of(all);
        _open.Remove(name);
        return value;
    }

    private static PluginException TooLong() => new($"With its variables, the text has more than {SqlText.MaxLength} characters", DashboardRules.QueryTooLong);
}
