using System.Security.Cryptography;
using System.Text;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Tests.Engines;

/// <summary>A change to the tables of stores must increase their format. Otherwise, other versions would mistake the tables for their own.</summary>
public class TableFormatTests
{
    [Fact]
    // Excludes the durations of bins, whose last digit may differ between systems.
    public void The_rollup_tables_match_their_format() => AssertFormat(
        (6, "43D8B4CD87C64BB4"), (RollupSchema.Format, RollupSchema.Create.Split("INSERT INTO")[0]), nameof(RollupSchema));

    [Fact]
    public void The_ClickHouse_tables_match_their_format() => AssertFormat(
        (10, "F65E0736E9C9E402"), (RequestTable.Format, string.Join('\n', RequestTable.CreateStatements(null))), nameof(RequestTable));

    private static void AssertFormat((int Format, string Hash) known, (int Format, string Sql) now, string name)
    {
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(now.Sql.ReplaceLineEndings("\n"))))[..16];
        Assert.True(
            known == (now.Format, hash),
            $"The tables of {name} have changed. Increase {name}.Format if it is still {known.Format}, do what CONTRIBUTING.md says of it, and then write ({now.Format}, \"{hash}\") into this test.");
    }
}
