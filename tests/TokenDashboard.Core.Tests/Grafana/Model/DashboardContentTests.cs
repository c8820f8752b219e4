using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Tests.Grafana.Model;

public class DashboardContentTests
{
    [Theory]
    [InlineData("""{"b":1,"a":{"d":[1,2],"c":"x"}}""", """{"a":{"c":"x","d":[1,2]},"b":1}""")]
    [InlineData("""{"id":7,"version":3,"iteration":9,"panels":[{"id":7,"version":3}]}""", """{"panels":[{"version":3,"id":7}]}""")]
    [InlineData("""{"a":null,"b":1}""", """{"b":1}""")]
    [InlineData("""{"a":1.0,"b":1e3,"c":-0.50,"d":-0.0}""", """{"a":1,"b":1000,"c":-0.5,"d":0}""")]
    [InlineData("""{"a":"\u00fc\u0026"}""", """{"a":"ü&"}""")]
    public void Equivalent_dashboards_have_the_same_content(string left, string right) => Assert.Equal(Normal(left), Normal(right));

    [Theory]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""")]
    [InlineData("""{"a":[1,null]}""", """{"a":[1]}""")]
    [InlineData("""{"a":"1"}""", """{"a":1}""")]
    [InlineData("""{"a":true}""", """{"a":false}""")]
    [InlineData("""{"a":""}""", """{}""")]
    [InlineData("""{"a":9007199254740993}""", """{"a":9007199254740992}""")]
    [InlineData("""{"a":0.1}""", """{"a":0.10000000000000002}""")]
    public void Different_dashboards_have_different_content_and_fingerprints(string left, string right)
    {
        Assert.NotEqual(Normal(left), Normal(right));
        Assert.NotEqual(DashboardContent.Fingerprint(Normal(left)), DashboardContent.Fingerprint(Normal(right)));
    }

    [Theory]
    [InlineData(null, "Published by TokenDashboard [tokendashboard 0123456789abcdef v12]")]
    [InlineData(" new panel ", "new panel [tokendashboard 0123456789abcdef v12]")]
    public void A_mark_is_read_back_from_its_message(string? words, string message)
    {
        var mark = new PublishMark("0123456789abcdef", 12);

        Assert.Equal(message, mark.Message(words));
        Assert.Equal(mark, PublishMark.Find(message));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Restored from version 3")]
    [InlineData("about [tokendashboard 0123456789abcdef v12] and more")]
    [InlineData("[tokendashboard 0123456789abcdef v]")]
    [InlineData("[tokendashboard 0123456789abcdef v99999999999999999999]")]
    public void Other_messages_have_no_mark(string? message) => Assert.Null(PublishMark.Find(message));

    private static string Normal(string json) => DashboardContent.Normalise(JsonNode.Parse(json)!.AsObject());
}
