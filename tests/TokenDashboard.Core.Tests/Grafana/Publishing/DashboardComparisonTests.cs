using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Publishing;

public class DashboardComparisonTests
{
    private const string Base = """
        { "uid": "u", "title": "T", "tags": ["a"], "refresh": "1m", "version": 3, "id": 9,
          "templating": { "list": [ { "type": "datasource", "name": "datasource", "query": "frser-sqlite-datasource", "current": { "text": "A", "value": "a" } } ] },
          "panels": [
            { "id": 1, "title": "Total", "gridPos": { "x": 0, "w": 12.0 }, "targets": [ { "refId": "A", "queryText": "select 1" } ] },
            { "id": 2, "type": "row", "title": "Users", "panels": [ { "id": 3, "title": "", "type": "table" } ] } ] }
        """;

    public static TheoryData<string, string, string> Changes => new()
    {
        { "\"refresh\": \"1m\"", "\"refresh\": \"5m\"", "|refresh|Changed|1m|5m" },
        { "\"refresh\": \"1m\",", "", "|refresh|Removed|1m|" },
        { "\"refresh\": \"1m\",", "\"refresh\": null,", "|refresh|Removed|1m|" },
        { "\"refresh\": \"1m\",", "\"refresh\": \"1m\", \"timezone\": \"utc\",", "|timezone|Added||utc" },
        { "[\"a\"]", "[\"a\", \"b\"]", "|tags[1]|Added||b" },
        { "select 1", "select 2", "Total|panels[1].targets[A].queryText|Changed|select 1|select 2" },
        { "\"w\": 12.0", "\"w\": 6", "Total|panels[1].gridPos.w|Changed|12|6" },
        { "\"type\": \"table\"", "\"type\": \"stat\"", "#3|panels[2].panels[3].type|Changed|table|stat" },
        { "\"panels\": [\n", "\"panels\": [ { \"id\": 5, \"title\": \"New\" },\n", "New|panels[5]|Added||{\"id\":5,\"title\":\"New\"}" },
        { "\"name\": \"datasource\"", "\"name\": \"other\"", "|templating.list[datasource]|Removed|{\"name\":\"datasource\",\"query\":\"frser-sqlite-datasource\",\"type\":\"datasource\"}|" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_one_difference_with_its_path(string from, string to, string expected)
    {
        string text = Base.ReplaceLineEndings("\n");
        Assert.Contains(from, text, StringComparison.Ordinal);

        IReadOnlyList<GrafanaDashboardDifference> differences = Compare(text, text.Replace(from, to, StringComparison.Ordinal));

        Assert.Equal(expected, Line(differences[0]));
        Assert.Equal(expected.Contains("templating", StringComparison.Ordinal) ? 2 : 1, differences.Count);
        Assert.Equal("u", differences[0].Uid);
    }

    [Theory]
    [InlineData("\"version\": 3, \"id\": 9", "\"version\": 7, \"iteration\": 5")]
    [InlineData("\"w\": 12.0", "\"w\": 1.2e1")]
    [InlineData("\"value\": \"a\"", "\"value\": \"b\"")]
    [InlineData("\"refresh\": \"1m\"", "\"refresh\": \"1m\", \"gnetId\": null")]
    public void Equivalent_dashboards_have_no_differences(string from, string to)
    {
        Assert.Contains(from, Base, StringComparison.Ordinal);
        Assert.Empty(Compare(Base, Base.Replace(from, to, StringComparison.Ordinal)));
    }

    [Fact]
    public void Swapped_sides_swap_the_kinds_and_reordered_panels_are_one_difference()
    {
        string left = """{ "uid": "u", "title": "T", "refresh": "1m", "panels": [ { "id": 1, "title": "A" }, { "id": 2, "title": "B" } ] }""";
        string right = """{ "uid": "u", "title": "T", "timezone": "utc", "panels": [ { "id": 2, "title": "B" }, { "id": 1, "title": "A" } ] }""";

        Assert.Equal(["|panels (order)|Changed|1, 2|2, 1", "|refresh|Removed|1m|", "|timezone|Added||utc"], Compare(left, right).Select(Line).Order(StringComparer.Ordinal));
        Assert.Equal(["|panels (order)|Changed|2, 1|1, 2", "|refresh|Added||1m", "|timezone|Removed|utc|"], Compare(right, left).Select(Line).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Panels_without_ids_are_matched_by_position()
    {
        string left = """{ "title": "T", "panels": [ { "title": "A", "type": "stat" }, { "type": "text" } ] }""";

        Assert.Equal(["A|panels[0].type|Changed|stat|gauge"], Compare(left, left.Replace("stat", "gauge", StringComparison.Ordinal)).Select(Line));
    }

    private static IReadOnlyList<GrafanaDashboardDifference> Compare(string left, string right) =>
        DashboardComparison.Compare(DashboardDocument.Parse(left, "left"), DashboardDocument.Parse(right, "right"));

    private static string Line(GrafanaDashboardDifference difference) =>
        $"{difference.Panel}|{difference.Path}|{difference.Kind}|{difference.Left}|{difference.Right}";
}
