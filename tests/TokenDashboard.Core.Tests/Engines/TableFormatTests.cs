using System.Security.Cryptography;
using System.Text;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Tests.Engines;

/// <summary>Whoever changes tables that stores have must increase their format, or other versions would take them for their own.</summary>
public class TableFormatTests
{
    [Fact]
    // Without the durations of bins, whose last digit may differ between systems.
    public void The_tables_of_rollups_belong_to_their_format() => AssertFormat(
        (3, "2C9085B02695571F"), (RollupSchema.Format, RollupSchema.Create.Split("INSERT INTO")[0]), nameof(RollupSchema));

    [Fact]
    public void The_tables_of_ClickHouse_belong_to_their_format() => AssertFormat(
        (5, "20BE28CEAB5585A9"), (RequestTable.Format, string.Join('\n', RequestTable.CreateStatements(null))), nameof(RequestTable));

    private static void AssertFormat((int Format, string Hash) known, (int Format, string Sql) now, string name)
    {
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(now.Sql.ReplaceLineEndings("\n"))))[..16];
        Assert.True(
            known == (now.Format, hash),
            $"The tables of {name} have changed. Increase {name}.Format if it is still {known.Format}, do what CONTRIBUTING.md says of it, and then write ({now.Format}, \"{hash}\") into this test.");
    }
}
