using System.Text.Json.Nodes;
using CsCheck;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Tests.Grafana.Model;

/// <summary>The builder, the parser, the rules and the proof agree about every part of a dashboard.</summary>
public class EveryPartTests
{
    private static readonly Gen<(int Width, int Height, int Title)[][]> Sections =
        Gen.Select(Gen.Int[1, 24], Gen.Int[1, 12], Gen.Int[0, 8]).Array[0, 8].Array[0, 6];

    [Fact]
    public void No_rule_is_broken_and_every_query_runs()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-04T12:00:00", User = "O'Brien" });
        DashboardDocument document = DashboardDocument.FromObject(DashboardWriter.Write(EveryPart.Dashboard));

        DashboardTestResult result = Assert.Single(DashboardTest.Run(
            [document],
            new DashboardTestOptions { Database = store.Path, Now = new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.Zero) },
            TestContext.Current.CancellationToken));

        Assert.DoesNotContain(result.Findings, finding => finding.Severity > FindingSeverity.Information);
        Assert.Equal(
            [DashboardQueryKind.Variable, DashboardQueryKind.Variable, DashboardQueryKind.Annotation, .. Enumerable.Repeat(DashboardQueryKind.Panel, 9)],
            result.Queries.Select(query => query.Source));
        Assert.Contains("FROM (SELECT * FROM telemetry)", result.Queries.First(query => query.Panel == "Heat").Sql, StringComparison.Ordinal);
        Assert.Equal(["A", "B"], result.Queries.Where(query => query.Panel == "Time").Select(query => query.RefId));
    }

    [Fact]
    public void The_parser_reads_every_part_that_the_builder_writes()
    {
        var read = new ReadDashboard(DashboardDocument.Parse(DashboardDocument.FromObject(DashboardWriter.Write(EveryPart.Dashboard)).Json, "test"));
        Panel[] panels = [.. EveryPart.Dashboard.Sections.SelectMany(section => section.Panels)];

        Assert.Equal(panels.Select(panel => (panel.Type, panel.Frame.Title)), read.Panels.Select(panel => (panel.Type, panel.Title)));
        Assert.Equal(
            panels.Select(panel => string.Join('|', (panel as DataPanel)?.Queries.Select(query => query.Sql) ?? [])),
            read.Panels.Select(panel => string.Join('|', panel.Targets.Select(target => target.Sql))));
        Assert.Equal(["user", "user"], read.Panels.Single(panel => panel.Title == "Repeated").Repeats);
        Assert.NotNull(read.Panels.Single(panel => panel.Title == "Repeated").Row);
        Assert.Equal(EveryPart.Dashboard.Variables.Select(variable => variable.Name), read.Variables.Select(variable => variable.Name));
        Assert.Equal("Failures", Assert.Single(read.Annotations).Text("name"));
    }

    [Fact]
    public void Any_sections_produce_panels_with_unique_ids_and_no_overlap() => Sections.ForAll(sections =>
    {
        var read = new ReadDashboard(DashboardDocument.FromObject(Write(sections)));

        Assert.DoesNotContain(DashboardRules.Check(read, []), finding => finding.Rule is "panel-overlap" or "panel-outside-grid" or "panel-id-duplicate" or "row-panels-hidden");
        Assert.Equal(sections.Sum(section => section.Length), read.Panels.Count);
    });

    [Fact]
    public void Panel_ids_are_stable_when_a_panel_is_added() => Sections.ForAll(sections =>
    {
        (string, int)[] before = PanelIds(Write(sections));
        (string, int)[] after = PanelIds(Write([[(5, 5, 99)], .. sections]));

        Assert.Equal(before, PanelIds(Write(sections)));
        Assert.Equal(before, after.Where(panel => panel.Item1 != "Panel 99"));
    });

    private static JsonObject Write((int Width, int Height, int Title)[][] sections) => DashboardWriter.Write(EveryPart.Dashboard with
    {
        Sections =
        [
            .. sections.Select((panels, index) => new DashboardSection
            {
                Title = index % 3 == 0 ? "" : $"Row {index}",
                Collapsed = index % 3 == 2,
                Panels = [.. panels.Select(panel => DashboardWriterTests.Stat(1, 1, 1) with { Frame = new PanelFrame(null, $"Panel {panel.Title}", "A number.", panel.Width, panel.Height) })],
            }),
        ],
    });

    private static (string, int)[] PanelIds(JsonObject root) =>
        [.. new ReadDashboard(DashboardDocument.FromObject(root)).Panels.Select(panel => (panel.Title, panel.Id!.Value))];
}
