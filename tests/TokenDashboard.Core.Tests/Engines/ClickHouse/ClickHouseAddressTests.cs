using System.Net;
using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Tests.Engines.ClickHouse;

public class ClickHouseAddressTests
{
    private static readonly NetworkCredential Login = new("reader", "s3cret");

    [Theory]
    [InlineData("clickhouse://host", "clickhouse://host:8123/default")]
    [InlineData("CLICKHOUSE://me@host:1/llm", "clickhouse://me@host:1/llm")]
    [InlineData("clickhouse://me%40x.org@host/a%20b-c.d?secure=true", "clickhouse://me%40x.org@host:8443/a%20b-c.d?secure=true")]
    [InlineData("clickhouse://[::1]/llm", "clickhouse://[::1]:8123/llm")]
    public void Addresses_have_defaults(string address, string expected) => Assert.Equal(expected, ClickHouseAddress.Parse(address).ToString());

    [Theory]
    [InlineData("clickhouse://u:s3cret@h/db")]
    [InlineData("clickhouse://u%3As3cret@h/db")]
    [InlineData("clickhouse://u;password=s3cret@h/db")]
    [InlineData("clickhouse://h/db&user=u&password=s3cret")]
    [InlineData("clickhouse://h/db%3Fpassword%3Ds3cret")]
    [InlineData("clickhouse://h/db;s3cret")]
    [InlineData("clickhouse://h/db?password=s3cret")]
    [InlineData("clickhouse://h/db#s3cret")]
    [InlineData("clickhouse://h/db/s3cret")]
    [InlineData("clickhouse://u:p/s3cret@h/db")]
    [InlineData("clickhouse:/u:s3cret@h/db")]
    [InlineData("ClickHouse:/s3cret")]
    public void An_invalid_address_is_not_repeated(string address)
    {
        TokenDashboardException exception = Assert.Throws<TokenDashboardException>(() => TelemetryStores.Open(address, Login, CancellationToken.None));

        Assert.Equal(ErrorCode.StoreAddressInvalid, exception.Code);
        Assert.DoesNotContain("s3cret", $"{exception} {exception.Target}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clickhouse://ch.example/llm", true, true)]
    [InlineData("clickhouse://10.0.0.1/llm", true, true)]
    [InlineData("clickhouse://ch.example/llm?secure=true", true, false)]
    [InlineData("clickhouse://localhost/llm", true, false)]
    [InlineData("clickhouse://127.0.0.2/llm", true, false)]
    [InlineData("clickhouse://[::1]/llm", true, false)]
    [InlineData("clickhouse://ch.example/llm", false, false)]
    [InlineData("/data/store.db", true, false)]
    public void An_unencrypted_password_for_another_computer_causes_a_warning(string address, bool hasPassword, bool warns)
    {
        string? warning = TelemetryStores.PlainPasswordWarning(address, hasPassword ? Login : new NetworkCredential("reader", ""));

        Assert.Equal(warns, warning is not null);
        Assert.DoesNotContain("s3cret", warning ?? "", StringComparison.Ordinal);
    }
}
