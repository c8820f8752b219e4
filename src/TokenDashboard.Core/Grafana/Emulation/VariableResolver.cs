using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// Sets the values of a dashboard's variables in the view as when the dashboard is opened, in the order of their dependencies. An empty list of
/// selected values is All.
/// </summary>
internal sealed class VariableResolver(
    ReadDashboard dashboard, BrowserView view, IReadOnlyDictionary<string, IReadOnlyList<string>> chosen,
    Func<ReadVariable, IReadOnlyList<(string Text, string Value)>> run, Action<ReadVariable, PluginException> refuse)
{
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);

    internal void Resolve()
    {
        // Without recursion, which would crash the process for a chain of ten thousand variables.
        var waiting = new Stack<(ReadVariable Variable, bool IsReady)>();
        foreach (ReadVariable variable in dashboard.Variables)
        {
            waiting.Push((variable, false));
            while (waiting.TryPop(out (ReadVariable Variable, bool IsReady) next))
            {
                if (next.IsReady)
                    SetValue(next.Variable);
                // As in Grafana, a circular reference has no value.
                else if (_visited.Add(next.Variable.Name))
                {
                    waiting.Push((next.Variable, true));
                    foreach (string name in VariableUse.In(next.Variable.Query).Concat(VariableUse.In(next.Variable.AllValue)).Select(use => use.Name).Distinct().Reverse())
                    {
                        if (dashboard.Variable(name) is { } other && !_visited.Contains(name))
                            waiting.Push((other, false));
                    }
                }
            }
        }
    }

    private void SetValue(ReadVariable variable)
    {
        try
        {
            if (Value(variable) is { } value)
                view.Values[variable.Name] = value;
        }
        catch (PluginException exception)
        {
            refuse(variable, exception);
        }
    }

    private VariableValue? Value(ReadVariable variable)
    {
        IReadOnlyList<string>? given = chosen.GetValueOrDefault(variable.Name);
        VariableValue First(string other) => VariableValue.Of((given ?? []).Concat(Current(variable)).FirstOrDefault(other));

        return variable.Type switch
        {
            "query" => Choose(variable, dashboard.UsesPlugin(variable) ? run(variable) : Stored(variable), given),
            "custom" => Choose(variable, VariableOptions.OfList(view.Interpolate(variable.Query)), given),
            "interval" => Interval(variable, First("").Values[0]),
            "textbox" => First(variable.Query),
            "constant" => VariableValue.Of(given is [var constant, ..] ? constant : view.Interpolate(variable.Query)),
            "datasource" => First("sqlite"),
            "adhoc" or "groupby" => null,
            _ => new VariableValue(given ?? Current(variable), variable.Multi),
        };
    }

    /// <summary>The selection: stored values that are among the options; otherwise all or the first.</summary>
    private static VariableValue Choose(ReadVariable variable, IReadOnlyList<(string Text, string Value)> options, IReadOnlyList<string>? given)
    {
        Dictionary<string, string> texts = options.DistinctBy(option => option.Value).ToDictionary(option => option.Value, option => option.Text);
        // A selected value can be the displayed text.
        IReadOnlyList<string> current = given?.Select(value => texts.ContainsKey(value)
            ? value
            : options.Where(option => option.Text == value).Select(option => option.Value).FirstOrDefault(value)).ToArray() ?? Current(variable);
        bool all = given is [] || current.Contains(ReadVariable.All)
            || (given?.Contains(ReadVariable.AllText) == true && !options.Any(option => ReadVariable.AllText == option.Text || ReadVariable.AllText == option.Value));
        string[] valid = given is null ? [.. current.Where(texts.ContainsKey)] : [.. current];
        if (variable.IncludeAll && (all || (valid.Length == 0 && options.Count > 0)))
        {
            return variable.AllValue.Length > 0
                ? new VariableValue([], variable.Multi) { CustomAll = variable.AllValue, Texts = ["All"], IsAll = true }
                : new VariableValue([.. options.Select(option => option.Value)], IsList: true) { Texts = ["All"], IsAll = true };
        }
        if (valid.Length == 0 && options.Count > 0)
            valid = [options[0].Value];
        string[] values = variable.Multi ? valid : [valid.FirstOrDefault("")];
        return new VariableValue(values, variable.Multi) { Texts = [.. values.Select(value => texts.GetValueOrDefault(value, value))] };
    }

    private VariableValue Interval(ReadVariable variable, string value)
    {
        if (value.StartsWith("$__auto", StringComparison.Ordinal) || (value.Length == 0 && variable.Json.Flag("auto")))
        {
            double points = variable.Json.Number("auto_count") ?? 30;
            return VariableValue.Of(GrafanaInterval.Text(GrafanaInterval.Milliseconds(view.Window, points, variable.Json.Text("auto_min"))));
        }
        return VariableValue.Of(value.Length > 0 ? value : VariableOptions.OfList(variable.Query).Select(option => option.Value).FirstOrDefault(""));
    }

    private static IReadOnlyList<string> Current(ReadVariable variable) =>
        [.. variable.Json.Child("current").Texts("value").Where(value => value.Length > 0)];

    // For a variable of another data source, only the options stored in the dashboard are known.
    private static IReadOnlyList<(string Text, string Value)> Stored(ReadVariable variable) =>
    [
        .. variable.Json.Objects("options").Select(option => (option.Text("text"), option.Text("value"))).Where(option => option.Item2 != ReadVariable.All),
        .. Current(variable).Where(value => value != ReadVariable.All).Select(value => (value, value)),
    ];
}
