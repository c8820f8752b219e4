using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Tests.Grafana.Model;

public class DashboardDocumentTests
{
    [Theory]
    [InlineData("""{ "uid": "u", "title": "T" }""")]
    [InlineData("""{ "uid": "u", "title": "T", "panels": [ { "type": "text", "content": "of Grafana 6", "gridPos": {} }, { "type": "x", "sql": "y", "targets": [] } ] }""")]
    [InlineData("""{ "dashboard": { "uid": "u", "title": "T" }, "meta": {} }""")]
    [InlineData("""{ "apiVersion": "dashboard.grafana.app/v1", "kind": "Dashboard", "metadata": { "name": "u" }, "spec": { "title": "T" } }""")]
    public void The_classic_dashboard_is_extracted_from_its_envelope(string json)
    {
        DashboardDocument document = DashboardDocument.Parse(json, "test");

        Assert.Equal(("u", "T"), (document.Uid, document.Title));
    }

    [Fact]
    public void A_complete_surrogate_pair_is_accepted() =>
        Assert.Equal("a \U0001F600", DashboardDocument.Parse("""{ "title": "a \ud83d\ude00" }""", "test").Title);

    [Theory]
    [InlineData("""{ "apiVersion": "dashboard.grafana.app/v2beta1", "metadata": { "name": "u" }, "spec": { "title": "T", "variables": [], "elements": {} } }""", "dashboard.grafana.app/v2beta1")]
    [InlineData("""{ "apiVersion": "dashboard.grafana.app/v1", "spec": {} }""", "has no title")]
    [InlineData("""{ "panels": [] }""", "has no title")]
    [InlineData("""{ "title": "T", "elements": {}, "layout": {} }""", "schema version 2")]
    [InlineData("""{ "title": "T", "panels": {} }""", "not a list")]
    [InlineData("""{ "title": "T", "panels": [ { "type": "stat", "sql": "SELECT 1" } ] }""", "New-GrafanaDashboard -Definition")]
    [InlineData("""{ "title": "T", "Panels": { "type": "stat", "queries": [ "SELECT 1" ] } }""", "New-GrafanaDashboard -Definition")]
    [InlineData("""[ { "base": "Users" } ]""", "New-GrafanaDashboard -Definition")]
    [InlineData("""{ "title": "T", "sections": [] }""", "New-GrafanaDashboard -Definition")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("""{ "title": "a \ud83d" }""", "is not JSON")]
    [InlineData("""{ "title": "a", "panels": [ { "title": "\uDE00" } ] }""", "is not JSON")]
    [InlineData("""{ "title": "a", "panels": [ { "x\ud83d": 1 } ] }""", "is not JSON")]
    [InlineData("""{ "dashboard": { "title": "a \ud83d" } }""", "is not JSON")]
    public void An_invalid_dashboard_is_rejected_with_a_reason(string json, string words)
    {
        var exception = Assert.Throws<TokenDashboardException>(() => DashboardDocument.Parse(json, "test"));

        Assert.Equal(ErrorCode.DashboardInvalid, exception.Code);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }
}
