using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Tests.Grafana.Model;

public class DashboardWriterTests
{
    private static readonly Dashboard Small = new()
    {
        Uid = "small",
        Title = "Small",
        Description = "A small dashboard.",
        Variables = [new DataSourceVariable(DataSourcePlugin.Sqlite)],
        Sections = [new DashboardSection { Panels = [Stat(1, 12, 4)] }],
    };

    [Fact]
    public void The_same_definition_produces_the_same_JSON() =>
        Assert.Equal(DashboardWriter.Write(Small).ToJsonString(), DashboardWriter.Write(Small with { Tags = [] }).ToJsonString());

    [Fact]
    public void Panels_follow_an_expanded_row_and_are_inside_a_collapsed_row()
    {
        JsonObject root = DashboardWriter.Write(Small with
        {
            Sections =
            [
                new DashboardSection { Title = "Open", Panels = [Stat(1, 12, 4), Stat(2, 24, 3)] },
                new DashboardSection { Title = "Closed", Collapsed = true, Panels = [Stat(3, 6, 4), Stat(4, 6, 4)] },
                new DashboardSection { Title = "Last", Panels = [Stat(5, 6, 4)] },
            ],
        });

        JsonArray panels = root["panels"]!.AsArray();
        Assert.Equal([1000, 1, 2, 1001, 1002, 5], panels.Select(panel => (int)panel!["id"]!));
        Assert.Equal([0, 1, 5, 8, 9, 10], panels.Select(panel => (int)panel!["gridPos"]!["y"]!));
        Assert.Equal([3, 4], panels[3]!["panels"]!.AsArray().Select(panel => (int)panel!["id"]!));
        Assert.All(panels[3]!["panels"]!.AsArray(), panel => Assert.Equal(9, (int)panel!["gridPos"]!["y"]!));
        Assert.Equal(5, DashboardDocument.FromObject(root).Panels);
    }

    [Fact]
    public void Text_columns_have_the_string_unit_in_panels_that_show_rows()
    {
        var frame = new PanelFrame(1, "Rows", "Rows.", 12, 8);
        DataSourceQuery query = Stat(1, 12, 4).Query;
        var field = new FieldOptions { Unit = Units.Grouped };

        Assert.All(
            (DataPanel[])
            [
                new StatPanel(frame, query, field, EveryRow: true), new GaugePanel(frame, query, field), new BarGaugePanel(frame, query, field),
                new PieChartPanel(frame, query, field), new TablePanel(frame, query, field),
            ],
            panel => Assert.Contains(
                """{"matcher":{"id":"byType","options":"string"},"properties":[{"id":"unit","value":"string"}]}""",
                DashboardWriter.Write(Small with { Sections = [new DashboardSection { Panels = [panel] }] }).ToJsonString(), StringComparison.Ordinal));
    }

    [Fact]
    public void An_override_contains_only_set_options_and_prefixes_column_options()
    {
        var exception = new FieldOverride("Share")
        {
            Field = new FieldOptions
            {
                Unit = Units.Fraction,
                Min = 0,
                Thresholds = [new(5, "green"), new(10, "red")],
                Mappings = [ValueMapping.OfTexts(("a", "blue"), ("b", "red"))],
            },
            Column = new TableColumn { Width = 80, Cell = TableCell.Bar },
        };

        AssertJson(
            """
            {"matcher":{"id":"byName","options":"Share"},"properties":[
              {"id":"unit","value":"percentunit"},
              {"id":"min","value":0},
              {"id":"thresholds","value":{"mode":"absolute","steps":[{"color":"green","value":null},{"color":"red","value":10}]}},
              {"id":"mappings","value":[{"type":"value","options":{"a":{"color":"blue","index":0},"b":{"color":"red","index":1}}}]},
              {"id":"custom.width","value":80},
              {"id":"custom.displayMode","value":"basic"},
              {"id":"custom.cellOptions","value":{"type":"gauge","mode":"basic","valueDisplayMode":"text"}}]}
            """,
            exception.Write());
    }

    [Fact]
    public void An_override_can_make_a_column_plain_text() => AssertJson(
        """
        {"matcher":{"id":"byName","options":"Day"},"properties":[{"id":"custom.displayMode","value":"auto"},{"id":"custom.cellOptions","value":{"type":"auto"}}]}
        """,
        new FieldOverride("Day") { Column = new TableColumn { Cell = TableCell.Text } }.Write());

    [Fact]
    public void Variables_have_the_fields_of_their_type()
    {
        JsonObject root = DashboardWriter.Write(Small with
        {
            Variables =
            [
                new DataSourceVariable(DataSourcePlugin.Sqlite),
                new CustomVariable("size", "Size", "A size.", "2", [("one", "1"), ("two", "2")]),
                new TextBoxVariable("text", "Text", "A text.", "abc"),
                new QueryVariable("user", "User", "A user.", "SELECT 'x'", "TRUE"),
            ],
        });
        JsonArray variables = root["templating"]!["list"]!.AsArray();

        Assert.Equal(["datasource", "custom", "textbox", "query"], variables.Select(variable => (string)variable!["type"]!));
        Assert.Equal("one : 1, two : 2", (string)variables[1]!["query"]!);
        AssertJson("""{"selected":true,"text":"two","value":"2"}""", variables[1]!["current"]!);
        Assert.Equal([false, true], variables[1]!["options"]!.AsArray().Select(option => (bool)option!["selected"]!));
        AssertJson("""{"selected":true,"text":"abc","value":"abc"}""", variables[2]!["current"]!);
        Assert.Equal(2, (int)variables[3]!["refresh"]!);
        AssertJson("""{"type":"frser-sqlite-datasource","uid":"${datasource}"}""", variables[3]!["datasource"]!);
    }

    [Fact]
    public void The_sharing_form_passes_a_data_source_input_to_the_variable()
    {
        JsonObject plain = DashboardWriter.Write(Small);
        JsonObject shared = DashboardWriter.WriteForSharing(Small);

        Assert.Equal(["__inputs", "__elements", "__requires", .. plain.Select(pair => pair.Key)], shared.Select(pair => pair.Key));
        Assert.Equal("DS_SQLITE", (string)shared["__inputs"]![0]!["name"]!);
        Assert.Equal(
            ["grafana", "frser-sqlite-datasource", "stat"],
            shared["__requires"]!.AsArray().Select(requirement => (string)requirement!["id"]!));
        Assert.Equal(DataSourcePlugin.Sqlite.Oldest.ToString(), (string)shared["__requires"]![1]!["version"]!);
        JsonNode variable = shared["templating"]!["list"]![0]!;
        Assert.Equal("${DS_SQLITE}", (string)variable["current"]!["value"]!);
        variable.AsObject().Remove("current");
        Assert.True(JsonNode.DeepEquals(plain["templating"], shared["templating"]));
        Assert.True(JsonNode.DeepEquals(plain["panels"], shared["panels"]));
        Assert.True(DashboardDocument.FromObject(shared).ForSharing);
        Assert.False(DashboardDocument.FromObject(plain).ForSharing);
    }

    public static TheoryData<string> Faults => ["uid", "long uid", "title", "data source", "variable name", "panel id", "panel id out of range",
        "repeat", "row repeat", "row id", "closed without title"];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_definition_that_Grafana_would_reject_is_an_error(string fault)
    {
        Dashboard dashboard = fault switch
        {
            "uid" => Small with { Uid = "with space" },
            "long uid" => Small with { Uid = new string('x', 41) },
            "title" => Small with { Title = " " },
            "data source" => Small with { Variables = [] },
            "variable name" => Small with { Variables = [.. Small.Variables, new TextBoxVariable("datasource", "", "")] },
            "panel id" => Small with { Sections = [.. Small.Sections, new DashboardSection { Title = "Closed", Collapsed = true, Panels = [Stat(1, 2, 2)] }] },
            "repeat" => Small with { Sections = [new DashboardSection { Panels = [Stat(1, 2, 2) with { Repeat = new PanelRepeat("nobody") }] }] },
            "row repeat" => Small with { Sections = [new DashboardSection { Title = "Row", Repeat = "nobody", Panels = [] }] },
            "row id" => Small with { Sections = [new DashboardSection { Title = "Row", Id = 5, Panels = [] }] },
            "closed without title" => Small with { Sections = [new DashboardSection { Collapsed = true, Panels = [] }] },
            _ => Small with { Sections = [new DashboardSection { Panels = [Stat(1000, 2, 2)] }] },
        };

        Assert.Equal(ErrorCode.DashboardInvalid, Assert.Throws<TokenDashboardException>(() => DashboardWriter.Write(dashboard)).Code);
    }

    internal static StatPanel Stat(int id, int width, int height) =>
        new(new PanelFrame(id, $"Panel {id}", "A number.", width, height), new SqliteQuery("SELECT 1"), new FieldOptions { Unit = Units.Abbreviated });

    private static void AssertJson(string expected, JsonNode actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual.ToJsonString());
}
