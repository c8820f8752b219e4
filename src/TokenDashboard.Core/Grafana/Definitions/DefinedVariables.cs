using TokenDashboard.Grafana.Catalog;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>The variables of a definition. Variables of the catalog are included if they are named, or if a query uses them.</summary>
internal sealed partial class DefinedVariables
{
    private static readonly string[] Types = ["query", "custom", "textbox"];

    /// <summary>The keys of which a variable with the name of a catalog variable needs one, because otherwise the catalog's is probably meant.</summary>
    private static readonly string[] OwnKeys = ["type", "sql", "choices", "default"];

    private readonly DataSourcePlugin _plugin;
    private readonly IReadOnlyList<DashboardVariable> _standard;
    private readonly List<DashboardVariable> _variables;
    private readonly List<(string Path, string Name)> _named = [];

    internal DefinedVariables(DefinitionFields read, IReadOnlyList<DashboardVariable> before, IPanelEngine engine, IReadOnlyList<TimeZoneInfo> zones)
    {
        _plugin = engine.Plugin;
        _standard =
        [
            new DataSourceVariable(_plugin), .. engine.Names, RequestVariables.Bucket, TimeZones.Variable(zones), .. RequestVariables.OfSingleRequests,
            .. engine.Relations(zones),
        ];
        _variables = [.. before];
        foreach ((object? item, string path) in read.Places("variables"))
        {
            if (item is string word)
            {
                Add(read.Faults, path, _standard.FirstOrDefault(variable => variable.Name.Equals(word, StringComparison.OrdinalIgnoreCase)), word);
                _named.Add((path, word));
            }
            else if (read.FieldsOf(item, path) is { } fields
                && Variable(new DefinitionFields(fields, DefinitionKeys.Variable, path, read.Faults)) is { } variable)
            {
                Add(read.Faults, path + ".name", variable, variable.Name);
            }
        }
    }

    internal IEnumerable<string> Relations => _standard.Where(known => known.Hidden).Select(known => known.Name);

    /// <summary>The variables, with used variables of the catalog. The data source is first, and the others keep their order.</summary>
    internal IReadOnlyList<DashboardVariable> Complete(IEnumerable<string> texts)
    {
        HashSet<string> used = VariableUse.Reached(
            texts.Concat(_variables.OfType<QueryVariable>().Select(variable => variable.Sql)), name => (Missing(name) as QueryVariable)?.Sql);
        IEnumerable<DashboardVariable> all = [.. _variables, .. _standard.Where(variable => used.Contains(variable.Name) && Missing(variable.Name) is not null)];
        return [all.FirstOrDefault(variable => variable is DataSourceVariable) ?? _standard[0], .. all.Where(variable => variable is not DataSourceVariable)];
    }

    /// <summary>Variables of the catalog that are named, but have no effect.</summary>
    internal IEnumerable<DefinitionFault> Unused(Dashboard dashboard)
    {
        HashSet<string> unused = _named.Count == 0 ? [] : new(VariableRules.Unused(new ReadDashboard(dashboard.ToDocument())), StringComparer.OrdinalIgnoreCase);
        return _named.Where(named => unused.Contains(named.Name)).Select(named => new DefinitionFault(
            named.Path, $"is '{named.Name}', which nothing in the definition uses directly or through a relation; add a condition for it to the SQL, or remove it"));
    }

    private DashboardVariable? Missing(string name) =>
        _variables.Any(there => there.Name == name) ? null : _standard.FirstOrDefault(known => known.Name == name);

    private void Add(List<DefinitionFault> faults, string path, DashboardVariable? variable, string name)
    {
        string? fault = variable is null
            ? $"is '{name}', which is not a variable of the catalog; valid names are {string.Join(", ", _standard.Where(known => !known.Hidden).Select(known => known.Name))}. "
                + "A new variable needs a name, and sql, choices or type"
            : _variables.Any(there => there.Name == variable.Name) ? $"is '{name}', which the dashboard already has" : null;
        if (fault is null)
            _variables.Add(variable!);
        else
            faults.Add(new DefinitionFault(path, fault));
    }

    private DashboardVariable? Variable(DefinitionFields read)
    {
        string? name = read.Text("name", 100, required: true);
        if (name is not null && (!Name().IsMatch(name) || name == "datasource" || _standard.Any(known => known.Hidden && known.Name == name)))
        {
            read.Fault("name", $"is '{name}'; it must be letters, digits and underscores, begin with a letter, and must not be datasource or the name of a "
                + $"relation, {string.Join(", ", Relations)}");
            name = null;
        }
        if (name is not null && _standard.Any(known => known.Name == name) && !OwnKeys.Any(read.Has))
        {
            read.Fault("name", $"is '{name}', which is a variable of the catalog; write only its name as text, or add sql, choices or type to replace it");
            name = null;
        }
        string label = read.Text("label", 100) ?? name ?? "";
        string description = read.Text("description", 1000) ?? "";
        bool hidden = read.Flag("hidden") ?? false;
        string type = read.Word("type", Types) ?? (read.Has("sql") ? "query" : read.Has("choices") ? "custom" : "textbox");
        string[] useless = type switch
        {
            "query" => ["choices", "default"],
            "custom" => ["sql", "allValue", "multiple"],
            _ => ["sql", "allValue", "multiple", "choices"],
        };
        foreach (string key in useless.Where(read.Has))
            read.Fault(key, $"is not a key of a variable of type {type}");
        DashboardVariable variable = type switch
        {
            "query" => new QueryVariable(
                name ?? "", label, description, read.Text("sql", DashboardDefinition.LongestSql, required: true) ?? "", read.Text("allValue", 1000) ?? "",
                read.Flag("multiple") ?? true) { Plugin = _plugin },
            "custom" => Custom(read, name ?? "", label, description),
            _ => new TextBoxVariable(name ?? "", label, description, read.Text("default", 10_000) ?? ""),
        };
        return name is null ? null : variable with { Hidden = hidden };
    }

    private static CustomVariable Custom(DefinitionFields read, string name, string label, string description)
    {
        int faults = read.Faults.Count;
        (string Text, string Value)[] choices = read.Value("choices", required: true) is IEnumerable<KeyValuePair<string, object?>>
            ? [.. read.Map("choices").Select(pair => (pair.Key, pair.Value))]
            : [.. read.Texts("choices").Select(text => (text, text))];
        string? first = read.Text("default", 1000);
        (string key, string? fault) =
            choices.Length == 0 ? ("choices", "is empty; there must be at least one choice")
            : choices.FirstOrDefault(choice => (choice.Text + choice.Value).IndexOfAny([',', '\n']) >= 0 || choice.Text.Contains(" : ", StringComparison.Ordinal)) is { Text: { } wrong }
                ? ("choices", $"has '{wrong}'; Grafana stores all choices in one text, so a choice must not contain a comma or ' : '")
            : choices.GroupBy(choice => choice.Value).FirstOrDefault(same => same.Count() > 1) is { Key: var twice } ? ("choices", $"has '{twice}' twice")
            : first is not null && choices.All(choice => choice.Value != first)
                ? ("default", $"is '{first}'; it must be one of {string.Join(", ", choices.Select(choice => choice.Value))}")
            : ("", null);
        // An error in the choices leaves none.
        if (fault is not null && (choices.Length > 0 || read.Faults.Count == faults))
            read.Fault(key, fault);
        return new CustomVariable(name, label, description, first ?? choices.Select(choice => choice.Value).FirstOrDefault(""), choices);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]*$")] private static partial Regex Name();
}
