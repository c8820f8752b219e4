using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Grafana.Catalog;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>Requirements for all catalog dashboards.</summary>
public partial class DashboardCatalogTests
{
    public static TheoryData<string> Names => [.. DashboardCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_panel_has_a_title_a_description_a_unit_and_NoValue(string name) =>
        Assert.All(GrafanaView.Panels(DashboardCatalog.Create(name)), panel =>
        {
            string? title = (string?)panel["title"];
            Assert.False(string.IsNullOrEmpty(title), $"Panel {panel["id"]} has no title.");
            Assert.True(((string?)panel["description"])?.EndsWith('.'), $"The panel '{title}' has no description, or its description does not end with a period.");
            Assert.All(["unit", "noValue"], option => Assert.False(
                string.IsNullOrEmpty((string?)panel["fieldConfig"]!["defaults"]![option]), $"The panel '{title}' has no {option} in its FieldOptions."));
        });

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_query_uses_the_time_range_and_the_request_filters(string name)
    {
        DashboardDocument dashboard = DashboardCatalog.Create(name);
        var read = new ReadDashboard(dashboard);
        Assert.All(
            ["'$' || '__from", "'$' || '__to", "${user:sqlstring}", "${model:sqlstring}", "${provider:sqlstring}"],
            part => Assert.Contains(part, read.Variable("relation")!.Query, StringComparison.Ordinal));
        Assert.All(GrafanaView.Panels(dashboard), panel =>
        {
            JsonNode target = Assert.Single(panel["targets"]!.AsArray())!;
            string sql = (string)target["rawQueryText"]!;
            Assert.Equal(sql, (string)target["queryText"]!);
            Assert.Equal("${datasource}", (string)target["datasource"]!["uid"]!);
            Assert.Equal("${datasource}", (string)panel["datasource"]!["uid"]!);
            string[] relations = [.. VariableUse.In(sql).Where(use => use.Format == "raw").Select(use => use.Name)];
            Assert.NotEmpty(relations);
            Assert.All(relations, relation => Assert.Contains("${relation:sqlstring}", read.Variable(relation)!.Query, StringComparison.Ordinal));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_variable_is_used_and_every_used_variable_exists(string name)
    {
        DashboardDocument dashboard = DashboardCatalog.Create(name);
        string[] defined = [.. dashboard.Root["templating"]!["list"]!.AsArray().Select(variable => (string)variable!["name"]!)];

        IEnumerable<string> used = Variable().Matches(dashboard.Json).Select(match => match.Groups[1].Value)
            .Where(variable => !variable.StartsWith("__", StringComparison.Ordinal)).Distinct();

        Assert.Equal(defined.Order(), used.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Links_to_the_same_dashboard_pass_every_variable(string name)
    {
        DashboardDocument dashboard = DashboardCatalog.Create(name);
        string[] links = [.. dashboard.Root["links"]!.AsArray()
            .Concat(GrafanaView.Panels(dashboard).SelectMany(panel => panel["fieldConfig"]!["overrides"]!.AsArray())
                .SelectMany(exception => exception!["properties"]!.AsArray())
                .Where(property => (string)property!["id"]! == "links").SelectMany(property => property!["value"]!.AsArray()))
            .Select(link => (string)link!["url"]!).Where(url => url.StartsWith($"/d/{dashboard.Uid}?", StringComparison.Ordinal))];

        Assert.NotEmpty(links);
        Assert.All(links, url => Assert.All(
            dashboard.Root["templating"]!["list"]!.AsArray().Where(variable => !(bool)variable!["skipUrlSync"]!).Select(variable => (string)variable!["name"]!),
            variable => Assert.True(
                url.Contains($"var-{variable}=", StringComparison.Ordinal) || url.Contains($"${{{variable}:queryparam}}", StringComparison.Ordinal),
                $"{url} does not pass {variable}")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Overrides_and_data_links_refer_to_existing_columns(string name)
    {
        DashboardDocument dashboard = DashboardCatalog.Create(name);
        using TestStore store = CatalogView.Stored(new TestStore.Row { Timestamp = "2026-03-04T12:00:00" });
        var midnight = new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero);
        var view = new GrafanaView(dashboard, midnight, midnight.AddDays(1));

        Assert.All(GrafanaView.Panels(dashboard), panel =>
        {
            string[] columns = view.Panel(store, (string)panel["title"]!).Columns;
            IEnumerable<string> named = panel["fieldConfig"]!["overrides"]!.AsArray().Select(exception => exception!["matcher"]!)
                .Where(matcher => (string)matcher["id"]! == "byName").Select(matcher => (string)matcher["options"]!)
                .Concat(DataField().Matches(panel.ToJsonString()).Select(match => match.Groups[1].Value));
            Assert.All(named, column => Assert.Contains(column, columns));
        });
    }

    [Theory]
    [InlineData("USD", "currencyUSD")]
    [InlineData("EUR", "currencyEUR")]
    [InlineData("ZZZ", "prefix:ZZZ ")]
    public void Cost_is_shown_in_the_specified_currency(string currency, string unit)
    {
        string[][] texts = [.. DashboardCatalog.Names.Select(name => DashboardCatalog.Create(name, currency: currency).Root.AllTexts((_, text) => text).ToArray())];

        Assert.Equal(4, texts.Count(dashboard => dashboard.Contains(unit)));
        Assert.DoesNotContain(texts, dashboard => dashboard.Contains(Units.Money));
    }

    // Two decimals would show less than half a cent as 0.00. Totals in stat panels have cents, like a bill.
    [Fact]
    public void Amounts_have_no_fixed_decimals_outside_stat_panels()
    {
        IEnumerable<JsonNode> panels = DashboardCatalog.Names.SelectMany(name => GrafanaView.Panels(DashboardCatalog.Create(name))).Where(panel => (string?)panel["type"] != "stat");
        foreach (JsonNode field in panels.Select(panel => panel["fieldConfig"]!))
        {
            string? unit = (string?)field["defaults"]!["unit"];
            var columns = field["overrides"]!.AsArray().Select(column => column!["properties"]!.AsArray().ToDictionary(property => (string)property!["id"]!, property => property!["value"]));
            foreach (var column in columns.Where(column => (string?)column.GetValueOrDefault("unit", unit) == "currencyUSD"))
                Assert.False(column.ContainsKey("decimals"));
            Assert.False(unit == "currencyUSD" && field["defaults"]!["decimals"] is not null);
        }
    }

    // The text of any value determines the size of all values.
    [Fact]
    public void Stat_panels_have_short_texts_without_data() => Assert.All(Panels("stat"), panel =>
        Assert.All(TextsOf(panel, "noValue"), text => Assert.InRange(text.Length, 1, "unknown".Length)));

    // As drawn by Grafana 11: 8 pixels between panels, 58 for the title and the padding, 10 between bars.
    [Fact]
    public void The_last_of_the_bars_is_inside_the_panel() => Assert.All(Panels("bargauge"), panel =>
        Assert.InRange((PanelStyle.TopBars + 1) * ((int)panel["options"]!["minVizHeight"]! + 10) - 10, 1, (int)panel["gridPos"]!["h"]! * 38 - 66));

    // As drawn by Grafana 9: 24.5 pixels for a row of a legend.
    [Fact]
    public void The_last_row_of_a_legend_at_the_right_is_inside_the_panel() => Assert.All(
        Panels("timeseries").Where(panel => (string?)panel["options"]!["legend"]!["placement"] == "right" && ((string)panel["targets"]![0]!["queryType"]!) == "time series"),
        panel => Assert.InRange((PanelStyle.TopSeries + 2) * 24.5, 1, (int)panel["gridPos"]!["h"]! * 38 - 66));

    // Widths of the text in Grafana's font, in pixels. Cells have 12 pixels of padding.
    [Theory]
    [InlineData("Mean duration", 97)]
    [InlineData("Policy failures", 93)]
    [InlineData("Completion", 77)]
    [InlineData("Requests", 62)]
    [InlineData("Duration", 62)]
    [InlineData("Type", 75)] // embedding
    [InlineData("Transaction", 297)] // 4da826db-3ad2-e7d2-43fa-848e0cbe64a8
    [InlineData("Time", 166)] // 2026-11-30 17:13:33.409
    [InlineData("Last seen", 135)] // 2026-11-30 17:13:33
    public void Columns_of_a_fixed_width_show_their_headings_and_values(string column, int text)
    {
        int[] widths = [.. Panels("table").SelectMany(panel => panel["fieldConfig"]!["overrides"]!.AsArray())
            .Where(item => (string?)item!["matcher"]!["options"] == column).SelectMany(item => item!["properties"]!.AsArray())
            .Where(property => (string?)property!["id"] == "custom.width").Select(property => (int)property!["value"]!)];

        Assert.NotEmpty(widths);
        Assert.All(widths, width => Assert.True(width >= text + 12));
    }

    [Fact]
    public void Bars_have_no_border() => Assert.All(Panels("timeseries").Select(panel => panel["fieldConfig"]!["defaults"]!["custom"]!), custom =>
        Assert.Equal((string?)custom["drawStyle"] == "bars" ? 0 : 1, (int)custom["lineWidth"]!));

    // 9.0 shows the id of a unit that it does not know after the number: 5868 sishort.
    [Fact]
    public void Units_are_written_as_all_versions_know_them()
    {
        Assert.Equal("si:", (string?)Panels("table").Single(panel => (string?)panel["title"] == "Weekly usage pattern")["fieldConfig"]!["defaults"]!["unit"]);
        Assert.Equal("count:req/m", (string?)new FieldOptions(Unit: "reqpm").Write().First().Value);
        Assert.Equal("ms", (string?)new FieldOptions(Unit: "ms").Write().First().Value);
        Assert.True(Units.IsKnown("si:"));
    }

    private static IEnumerable<JsonNode> Panels(string type) =>
        DashboardCatalog.Names.SelectMany(name => GrafanaView.Panels(DashboardCatalog.Create(name))).Where(panel => (string?)panel["type"] == type);

    private static IEnumerable<string> TextsOf(JsonNode panel, string property)
    {
        JsonNode field = panel["fieldConfig"]!;
        return field["overrides"]!.AsArray().SelectMany(item => item!["properties"]!.AsArray()).Where(item => (string?)item!["id"] == property).Select(item => item!["value"])
            .Append(field["defaults"]![property]).OfType<JsonNode>().Select(text => (string)text!);
    }

    [Theory]
    [InlineData(DashboardEngine.Sqlite, "rawQueryText", 12)]
    [InlineData(DashboardEngine.ClickHouse, "rawSql", 12)]
    public void The_SQL_of_panels_is_short(DashboardEngine engine, string text, int median)
    {
        string[][] panels = [.. DashboardCatalog.Names.SelectMany(name => GrafanaView.Panels(DashboardCatalog.Create(name, plugin: DataSourcePlugin.Of(engine))))
            .Select(panel => ((string)panel["targets"]![0]![text]!).Split('\n'))];

        Assert.InRange(panels.Select(lines => lines.Length).Order().ElementAt(panels.Length / 2), 1, median);
        Assert.All(panels, lines => Assert.InRange(lines.Length, 1, 30));
        Assert.All(panels, lines => Assert.InRange(lines.Sum(line => line.Length + 1), 1, 2500));
    }

    [Fact]
    public void No_two_panels_share_more_than_five_consecutive_lines_of_SQL()
    {
        (string Title, string[] Lines)[] panels = [.. DashboardCatalog.Names.SelectMany(name => GrafanaView.Panels(DashboardCatalog.Create(name)))
            .Select(panel => ((string)panel["title"]!, ((string)panel["targets"]![0]!["rawQueryText"]!).Split('\n')))];

        IEnumerable<(string Title, string Text)> runs = panels.SelectMany(panel => Enumerable.Range(0, Math.Max(0, panel.Lines.Length - 5))
            .Select(first => (panel.Title, string.Join('\n', panel.Lines.Skip(first).Take(6).Select(line => line.Trim())))).Distinct());

        Assert.All(runs.GroupBy(run => run.Text), group => Assert.Single(group));
    }

    [Fact]
    public void The_page_of_a_dashboard_lists_all_panels_in_order() => Assert.All(DashboardCatalog.Names, name =>
    {
        string[] rows = [.. Repository.Read($"docs/dashboards/{name.ToLowerInvariant()}.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];

        Assert.Equal(
            GrafanaView.PanelTitles(DashboardCatalog.Create(name)),
            rows.Select(row => row.Split('|')).Where(cells => cells[2].Contains('?', StringComparison.Ordinal)).Select(cells => cells[1].Trim()));
    });

    [Fact]
    public void The_page_of_panels_lists_every_relation() => Assert.Equal(
        UsageRelations.All.Select(relation => relation.Name).Order(),
        RelationRow().Matches(Repository.Read("docs/panels.md")).Select(match => match.Groups[1].Value).Order());

    [Fact]
    public void The_culture_does_not_change_a_dashboard()
    {
        string expected = DashboardCatalog.Create("Overview").Json;
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("ar-SA");
            Assert.Equal(expected, DashboardCatalog.Create("overview").Json);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_file_is_named_after_its_dashboard() => Assert.Equal("overview.json", DashboardCatalog.FileName("Overview"));

    [Fact]
    public void An_unknown_name_is_an_error_that_lists_the_known_names()
    {
        var exception = Assert.Throws<TokenDashboardException>(() => DashboardCatalog.Create("Nonsense"));

        Assert.Equal(ErrorCode.DashboardNotFound, exception.Code);
        Assert.All(DashboardCatalog.Names, name => Assert.Contains(name, exception.Message, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| `\$\{(\w+):raw\}`", RegexOptions.Multiline)]
    private static partial Regex RelationRow();

    [GeneratedRegex(@"\$\{(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$\{__data\.fields\.(\w+)")]
    private static partial Regex DataField();
}
