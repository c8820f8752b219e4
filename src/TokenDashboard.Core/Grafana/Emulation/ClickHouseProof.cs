using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ClickHouse.Driver.ADO.Readers;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>Runs queries as Grafana's plugin grafana-clickhouse-datasource does, up to the frames it would send.</summary>
internal sealed partial class ClickHouseProof(string address, NetworkCredential? credential, CancellationToken cancellation) : IPluginDatabase
{
    private readonly ClickHouseServer _server = new(ClickHouseAddress.Parse(address), credential, cancellation);

    /// <inheritdoc/>
    public PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time)
    {
        string finished;
        try
        {
            finished = ClickHouseMacros.Apply(sql, view.Window, view.Interval);
        }
        catch (FormatException exception)
        {
            throw new PluginException(exception.Message);
        }
        // The SQL is not trusted.
        string code = SqlText.Blank(finished);
        if (!Reading().IsMatch(code) || Writing().IsMatch(code))
            throw new PluginException("The query does more than read, and is not run here", DashboardRules.QueryNotRun);
        using var deadline = new CancellationTokenSource(time);
        List<PluginColumn>? columns = null;
        bool complete = true;
        long begun = Stopwatch.GetTimestamp();
        try
        {
            foreach (bool _ in _server.Query(finished, new ClickHouseParameters(), reader => Read(reader, ref columns), reader => columns = ColumnsOf(reader), deadline.Token))
            {
                if (columns![0].Values.Count == QueryLimits.MaxRows)
                {
                    complete = false;
                    break;
                }
            }
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreTimeout)
        {
            throw QueryGuard.Stopped($"ran for more than {time.TotalSeconds:0.#} seconds");
        }
        catch (TokenDashboardException exception) when (exception.Code is ErrorCode.StoreReadFailed or ErrorCode.StoreQuotaExceeded or ErrorCode.StoreAccessDenied or ErrorCode.StoreTableMissing)
        {
            throw new PluginException(exception.Message);
        }
        columns ??= [];
        int rows = columns.Count == 0 ? 0 : columns[0].Values.Count;
        // Without rows there are no series, and without texts they are those columns that are there.
        bool isLong = target.SeriesByLabel && rows > 0 && columns.Any(column => column.Type == ColumnType.Text) && columns.Any(column => column.Type == ColumnType.Time);
        return new PluginResult(finished, columns, rows, complete, isLong ? WideSeries.Of(columns) : null, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private static List<PluginColumn> ColumnsOf(ClickHouseDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => new PluginColumn(reader.GetName(i), TypeOf(reader.GetDataTypeName(i))))];

    private static bool Read(ClickHouseDataReader reader, ref List<PluginColumn>? columns)
    {
        for (int i = 0; i < columns!.Count; i++)
        {
            columns[i].Values.Add(reader.IsDBNull(i) ? null : columns[i].Type switch
            {
                ColumnType.Time => (decimal)(reader.GetDateTimeOffset(i) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond,
                ColumnType.WholeNumber => Convert.ToInt64(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture),
                ColumnType.Number => Convert.ToDouble(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture),
                _ => Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture),
            });
        }
        return true;
    }

    private static ColumnType TypeOf(string type)
    {
        string inner = type.Replace("LowCardinality(", "", StringComparison.Ordinal).Replace("Nullable(", "", StringComparison.Ordinal);
        bool IsAny(params string[] names) => names.Any(name => inner.StartsWith(name, StringComparison.Ordinal));

        return IsAny("Date") ? ColumnType.Time : IsAny("Int", "UInt", "Bool") ? ColumnType.WholeNumber : IsAny("Float", "Decimal") ? ColumnType.Number : ColumnType.Text;
    }

    [GeneratedRegex(@"^[\s(]*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|EXISTS)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reading();

    [GeneratedRegex(@"\bINSERT\s+INTO\b|\bINTO\s+OUTFILE\b", RegexOptions.IgnoreCase)]
    private static partial Regex Writing();
}
