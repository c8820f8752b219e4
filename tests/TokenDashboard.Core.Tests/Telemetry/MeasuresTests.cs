using System.Text.RegularExpressions;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Telemetry;

public class MeasuresTests
{
    /// <summary>The files that may name measures, and why.</summary>
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Telemetry/Measures.cs"] = "the table",
        ["Engines/Sqlite/TelemetrySql.cs"] = "the columns of telemetry that measures are computed from",
        ["Engines/Sqlite/RequestRow.cs"] = "the row reader",
        ["Engines/Sqlite/StoreWriter.cs"] = "the columns of telemetry, for new stores",
        ["Engines/Sqlite/TokenStore.cs"] = "the columns of telemetry that a store must have",
        ["Engines/Sqlite/Rollups/RollupSchema.cs"] = "the duration of a bin",
        ["Engines/Sqlite/Imports/"] = "the columns of telemetry",
        ["Engines/Sqlite/Panels/"] = "what panels show and alert rules watch",
        ["Engines/ClickHouse/RequestTable.cs"] = "the columns of the table",
        ["Engines/ClickHouse/ClickHouseMeasures.cs"] = "the columns that measures are computed from",
        ["Engines/ClickHouse/UsageTables.cs"] = "the columns of the table that a view reads",
        ["Engines/ClickHouse/Queries/"] = "the columns of the table that conditions are about",
        ["Engines/ClickHouse/Panels/"] = "what panels show and alert rules watch",
        ["Import/"] = "the columns of telemetry and names in files of others",
        ["Grafana/"] = "the columns of telemetry that a data source must have",
    };

    [Fact]
    public void Measures_are_named_only_where_allowed()
    {
        var names = new Regex($@"\b({string.Join('|', Measures.All.Select(measure => measure.Name).Where(name => name.Contains('_', StringComparison.Ordinal)))})\b");

        IEnumerable<string> found = Repository.Sources("src/TokenDashboard.Core")
            .Where(file => !Allowed.Keys.Any(allowed => file.Path.StartsWith(allowed, StringComparison.Ordinal)))
            .SelectMany(file => names.Matches(file.Text).Select(match => $"{file.Path}: {match.Value}"));

        Assert.Empty(found);
    }

    /// <summary>The files, except those of imports and of the catalog, that name each part of the tokens. CONTRIBUTING lists them for those who add one.</summary>
    private static readonly string[] NamesOfParts =
    [
        "Telemetry/Measures.cs", "Telemetry/TokenRequest.cs", "Usage/UsageFigures.cs", "Usage/PricedUsage.cs", "Usage/UsagePrices.cs", "Engines/Sqlite/Queries/RequestReader.cs",
        "Engines/Sqlite/Imports/StoreTables.Statements.cs", "Engines/Sqlite/Panels/PriceSql.cs", "Engines/ClickHouse/Queries/ClickHouseStore.cs", "Engines/ClickHouse/PriceView.cs",
    ];

    [Fact]
    public void Parts_of_tokens_are_named_only_where_listed() => Assert.All(Measures.Parts, part =>
    {
        string property = typeof(Measures).GetProperties().Single(property => ReferenceEquals(property.GetValue(null), part)).Name;

        Assert.Equal(
            NamesOfParts.Order(),
            Repository.Sources("src/TokenDashboard.Core").Where(file => Regex.IsMatch(file.Text, $@"\b{property}\b")).Select(file => file.Path)
                .Where(path => !path.StartsWith("Import/", StringComparison.Ordinal) && !path.StartsWith("Grafana/Catalog/", StringComparison.Ordinal)).Order());
    });

    [Fact]
    public void Every_shown_sum_is_a_property_of_results()
    {
        // Durations are shown as their mean, and the KnownBy measures count the requests that have a value.
        Measure[] others = [Measures.DurationMs, .. Measures.All.Select(measure => measure.KnownBy).OfType<Measure>()];
        string[] properties = [.. typeof(UsageFigures).GetProperties().Select(property => property.Name.ToUpperInvariant())];

        Assert.All(Measures.All.Where(measure => measure is { IsShown: true, Aggregate: MeasureAggregate.Sum }).Except(others),
            measure => Assert.Contains(measure.Name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant(), properties));
    }

    [Fact]
    public void Measures_of_imported_requests_are_properties_of_requests()
    {
        string[] properties = [.. typeof(TokenRequest).GetProperties().Select(property => property.Name.ToUpperInvariant())];

        Assert.All([.. Measures.Parts, Measures.RecordedCost], measure => Assert.Contains(measure.Name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant(), properties));
    }

    [Fact]
    public void The_detail_table_is_named_once() =>
        Assert.Single(Repository.Sources("src").SelectMany(file => Regex.Matches(file.Text, TelemetrySql.DetailTable)));

    [Fact]
    public void Measures_have_unique_names_and_consecutive_indexes()
    {
        Assert.Equal(Measures.All.Length, Measures.All.Select(measure => measure.Name).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Measures.Integers.Length), Measures.Integers.Select(measure => measure.Index));
        Assert.Equal(Enumerable.Range(0, Measures.Reals.Length), Measures.Reals.Select(measure => measure.Index));
        Assert.All([.. Measures.Integers, .. Measures.Reals], measure => Assert.Contains(measure, Measures.All));
        Assert.All(Measures.All, measure => Assert.EndsWith(".", measure.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void Values_are_combined_by_their_aggregate()
    {
        MeasureValues Values(int factor)
        {
            var values = new MeasureValues();
            foreach (Measure measure in Measures.Integers)
                values[measure] = (measure.Index + 1) * factor;
            for (int i = 0; i < values.Reals.Length; i++)
                values.Reals[i] = (i + 1) * factor;
            return values;
        }
        var sum = new MeasureValues();
        sum.Add(Values(3));
        sum.Add(Values(2));

        double Expected(Measure measure) => (measure.Index + 1) * measure.Aggregate switch { MeasureAggregate.Sum => 5, MeasureAggregate.Max => 3, _ => 2 };
        Assert.All(Measures.All, measure => Assert.Equal(Expected(measure), measure.IsReal ? sum.Real(measure) : sum[measure]));
    }

    [Fact]
    public void The_documentation_lists_every_measure() => Assert.Equal(
        Measures.All.Concat(Measures.Priced)
            .Select(measure => $"| `{measure.ViewName}` | {measure.Aggregate.ToString().ToLowerInvariant()} | {measure.Unit.ToString().ToLowerInvariant()} | {measure.Description} |"),
        Repository.Read("docs/measures.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)));
}
