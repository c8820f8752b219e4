using TokenDashboard.Engines;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>Reads alert rules from definitions: fields with values, from a hash table, a row of a CSV file or a JSON object.</summary>
internal static class AlertRuleReader
{
    private const int MaxText = 4000;

    private static readonly string[] ReservedLabels = ["alertname", "grafana_folder"];

    private static readonly TimeSpan LongestMonth = TimeSpan.FromDays(31);
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    /// <summary>The fields of a definition. Names are not case-sensitive.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "Name", "Kind", "By", "Window", "Limit", "User", "Model", "Provider", "NewestRows", "For", "Interval", "Group", "Folder", "Uid",
        "Labels", "Annotations", "Summary", "Description", "NoDataState", "ErrorState", "Paused",
    ];

    /// <summary>Reads definitions from JSON text: an object, or a list of objects. Comments and trailing commas are allowed.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> Parse(string json, string source) =>
        DefinitionJson.Parse(json, source, ErrorCode.AlertRuleInvalid, "one alert rule");

    /// <summary>Reads a rule from texts, numbers, booleans, lengths of time, lists of texts, and, for labels and annotations, names with texts.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.AlertRuleInvalid"/>: the definition has errors. The message lists all of them.</exception>
    public static AlertRule Read(IEnumerable<KeyValuePair<string, object?>> fields, string source)
    {
        var read = new DefinitionFields(fields, Fields);
        string name = read.Text("Name", 190, required: true) ?? "";
        AlertKind? kind = read.Choice<AlertKind>("Kind", required: true);
        bool measured = kind is not AlertKind.NoTelemetry;
        bool month = read.Value("Window") is string word && word.Trim().Equals("month", StringComparison.OrdinalIgnoreCase);
        TimeSpan? window = month ? LongestMonth : Length(read, "Window", TimeSpan.FromMinutes(1), Year);
        TimeSpan interval = Length(read, "Interval", TimeSpan.FromSeconds(10), TimeSpan.FromDays(1), step: 10) ?? TimeSpan.FromMinutes(measured ? 5 : 1);
        var rule = new AlertRule(
            Uid: read.Checked("Uid", 40, DashboardDocument.IsUid, DashboardDocument.UidForm) ?? $"alert-{DashboardContent.Fingerprint(name)}", Name: name, Kind: kind ?? AlertKind.Tokens,
            By: read.Choice<AlertDimension>("By") ?? AlertDimension.Total, Window: window ?? TimeSpan.Zero, MonthSoFar: month,
            Limit: read.Number("Limit", required: kind is not null && measured) ?? 0,
            Filter: new RequestFilter { User = Names(read, "User"), Model = Names(read, "Model"), Provider = Names(read, "Provider") },
            NewestRows: (long?)read.Number("NewestRows", smallest: 1, largest: 1e15, whole: true),
            For: Length(read, "For", TimeSpan.Zero, Year) ?? TimeSpan.Zero, Interval: interval,
            Group: read.Text("Group", 190) ?? $"TokenDashboard {AlertLength.Format(interval)}", Folder: read.Text("Folder", MaxText),
            NoDataState: read.Word("NoDataState", AlertRule.NoDataStates) ?? (measured ? "OK" : "Alerting"),
            ErrorState: read.Word("ErrorState", AlertRule.ErrorStates) ?? "Error", Paused: read.Flag("Paused"),
            Labels: read.Map("Labels"));
        rule = rule with { Annotations = Annotations(read, rule) };
        Check(rule, read, window is null);
        if (read.Faults.Count > 0)
        {
            string which = name.Length > 0 ? $"The alert rule '{name}'" : read.Has("Name") ? "An alert rule" : "An alert rule without a name";
            throw new TokenDashboardException(
                ErrorCode.AlertRuleInvalid,
                $"{which}{(source.Length > 0 ? $" of '{source}'" : "")} is invalid: {string.Join("; ", read.Faults)}.",
                target: name.Length > 0 ? name : source);
        }
        return rule;
    }

    private static void Check(AlertRule rule, DefinitionFields read, bool noWindow)
    {
        if (noWindow && !read.Has("Window"))
            read.Fault("Window", "is missing; specify a length of time, such as 1h or 1d");
        if (rule.Kind == AlertKind.NoTelemetry && read.Has("Kind") && (read.Has("Limit") || rule.By != AlertDimension.Total))
            read.Fault("Kind", "is NoTelemetry, which supports neither Limit nor By; Window is the permitted time without requests");
        if (rule is { Kind: AlertKind.NoTelemetry, MonthSoFar: true } && read.Has("Kind"))
            read.Fault("Window", "is month, which NoTelemetry does not support; it must be a length of time");
        foreach (string label in rule.Labels.Keys.Where(label => label == rule.Label || ReservedLabels.Contains(label) || label.StartsWith("__", StringComparison.Ordinal)))
        {
            read.Fault("Labels", $"has '{label}', which "
                + (label == rule.Label ? $"By {rule.By} sets to the {label} of each alert" : "Grafana sets itself") + "; use another name");
        }
        if (rule.Group.IndexOfAny(['/', '\\']) >= 0)
            read.Fault("Group", $"is '{rule.Group}'; a group must not have a slash in its name");
        try
        {
            // The data source, and therefore the engine, is unknown until the rule is published.
            foreach (DataSourcePlugin plugin in DataSourcePlugin.All)
                _ = PanelEngines.Of(plugin).Write(rule);
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.PatternInvalid)
        {
            read.Faults.Add(new DefinitionFault("", $"has an invalid pattern: {exception.Message.TrimEnd('.')}"));
        }
    }

    private static Dictionary<string, string> Annotations(DefinitionFields read, AlertRule rule)
    {
        Dictionary<string, string> annotations = read.Map("Annotations");
        foreach (string name in (string[])["Summary", "Description"])
        {
            string key = name.ToLowerInvariant();
            if (read.Text(name, MaxText) is { } text && !annotations.TryAdd(key, text))
                read.Fault(name, $"and Annotations.{key} have the same meaning; use only one");
        }
        annotations.TryAdd("summary", Summary(rule));
        return annotations;
    }

    // Without dollar signs, which have another meaning in provisioning files. B is the value that is compared. It would be shown as 2.5e+06.
    private static string Summary(AlertRule rule)
    {
        string window = rule.MonthSoFar ? "the month so far" : AlertLength.Format(rule.Window);
        string who = rule.Label is { } label ? $"{{{{ .Labels.{label} }}}}: " : "";
        string limit = rule.Limit.ToString("0.###", CultureInfo.InvariantCulture);
        string value = $"{{{{ printf \"%.{(rule.Kind != AlertKind.Cost ? 0 : rule.Limit < 1 ? 4 : 2)}f\" .Values.B.Value }}}}";
        return rule.Kind switch
        {
            AlertKind.Tokens => $"{who}{value} tokens in {window}, limit {limit}",
            AlertKind.Cost => $"{who}cost {value} in {window}, limit {limit}",
            AlertKind.PolicyFailures => $"{who}{value} policy failures in {window}, limit {limit}",
            AlertKind.P95Duration => $"{who}95 % of requests within {value} ms in {window}, limit {limit} ms",
            _ => $"No request was recorded in {window}",
        };
    }

    /// <summary>Names as in labels and panels.</summary>
    private static IReadOnlyList<string> Names(DefinitionFields read, string name) =>
        [.. read.Texts(name, blank: true).Select(PanelNames.Stored)];

    private static TimeSpan? Length(DefinitionFields read, string name, TimeSpan shortest, TimeSpan longest, int step = 1)
    {
        if (read.Value(name) is not { } value)
            return null;
        TimeSpan? length = value as TimeSpan? ?? (value is string text ? AlertLength.Parse(text.Trim()) : null);
        if (length is null || length < shortest || length > longest || length.Value.Ticks % (step * TimeSpan.TicksPerSecond) != 0)
        {
            read.Fault(
                name,
                $"is '{DefinitionFields.Scalar(value)}'; it must be a length of time from {AlertLength.Format(shortest)} to {AlertLength.Format(longest)}, such as 90s, 5m, 1h30m or 7d"
                    + (step > 1 ? $", and a multiple of {step} seconds" : ""));
            return null;
        }
        return length;
    }
}
