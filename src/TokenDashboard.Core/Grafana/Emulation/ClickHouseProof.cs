using System.Net;
using ClickHouse.Driver.ADO.Readers;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>Runs queries like Grafana's plugin grafana-clickhouse-datasource, up to the frames that it would send.</summary>
internal sealed partial class ClickHouseProof(string address, NetworkCredential? credential, CancellationToken cancellation) : IPluginDatabase
{
    // The SQL is untrusted.
    private readonly ClickHouseServer _server = new(ClickHouseAddress.Parse(address), credential, cancellation) { OnlyReads = true, MaxAnswerBytes = QueryLimits.MaxResultBytes };

    public PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time)
    {
        string finished = ClickHouseMacros.Apply(sql, view.Window, view.Interval);
        string code = ClickHouseText.Blank(finished);
        if (!Reading().IsMatch(code))
            throw new PluginException("Only queries that begin with SELECT, WITH, SHOW, DESCRIBE, EXPLAIN or EXISTS are run here", DashboardRules.QueryNotRun);
        if (Writing().IsMatch(code))
            throw new PluginException("The query does not only read, and is not run here", DashboardRules.QueryNotRun);
        if (!ClickHouseText.IsOneStatement(finished))
            throw new PluginException("The query may contain several statements, and is not run here", DashboardRules.QueryNotRun);
        using var deadline = new CancellationTokenSource(time);
        List<PluginColumn>? columns = null;
        var size = new ResultSize();
        bool complete = true;
        long begun = Stopwatch.GetTimestamp();
        try
        {
            foreach (bool _ in _server.Query(finished, new ClickHouseParameters(), reader => Read(reader, columns!, size), reader => columns = ColumnsOf(reader), deadline.Token))
            {
                if (columns![0].Values.Count == QueryLimits.MaxRows)
                {
                    complete = false;
                    break;
                }
            }
        }
        catch (TokenDashboardException) when (deadline.IsCancellationRequested)
        {
            throw QueryGuard.Stopped(string.Create(CultureInfo.InvariantCulture, $"ran for more than {time.TotalSeconds} seconds"));
        }
        catch (TokenDashboardException) when (_server.IsTooLong)
        {
            throw QueryGuard.Stopped($"returns more than {QueryLimits.MaxResultBytes >> 20} MiB, or a row of more than {AnswerStream.MaxRowBytes >> 20} MiB");
        }
        catch (TokenDashboardException exception) when (exception.Code is ErrorCode.StoreReadFailed or ErrorCode.StoreTimeout or ErrorCode.StoreQuotaExceeded
            or ErrorCode.StoreAccessDenied or ErrorCode.StoreTableMissing)
        {
            throw new PluginException(exception.Message);
        }
        columns ??= [];
        int rows = columns.Count == 0 ? 0 : columns[0].Values.Count;
        // Without rows, there are no series. Without text columns, the series are the existing columns.
        bool isLong = target.SeriesByLabel && rows > 0 && columns.Any(column => column.Type == ColumnType.Text) && columns.Any(column => column.Type == ColumnType.Time);
        return new PluginResult(finished, columns, rows, complete, isLong ? WideSeries.Of(columns) : null, Stopwatch.GetElapsedTime(begun).TotalMilliseconds)
        {
            ValueIsFirst = true,
        };
    }

    public void Dispose() => _server.Dispose();

    private static List<PluginColumn> ColumnsOf(ClickHouseDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => new PluginColumn(reader.GetName(i), TypeOf(reader.GetDataTypeName(i))))];

    private static bool Read(ClickHouseDataReader reader, List<PluginColumn> columns, ResultSize size)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            if (reader.IsDBNull(i))
            {
                size.Add(null);
                columns[i].Add(null);
                continue;
            }
            object value = columns[i].Type switch
            {
                ColumnType.Time => (decimal)(reader.GetDateTimeOffset(i) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond,
                ColumnType.WholeNumber => Whole(reader.GetValue(i)),
                ColumnType.Number => Number(reader.GetValue(i)),
                _ => Text(reader.GetValue(i)),
            };
            size.Add(value);
            columns[i].Values.Add(value);
        }
        return true;
    }

    private static object Whole(object value) => value is ulong and > long.MaxValue ? (object)Number(value) : Convert.ToInt64(value, CultureInfo.InvariantCulture);

    // The driver's types of long numbers convert to text only. Thus, 0.1 of 32 bits is 0.1, as in the browser.
    private static double Number(object value) => double.Parse(Text(value), CultureInfo.InvariantCulture);

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    // Like the plugin's converters, pkg/converters/registry.go.
    private static ColumnType TypeOf(string type) => TypeName().Match(type).Groups["name"].Value switch
    {
        "Date" or "Date32" or "DateTime" or "DateTime64" => ColumnType.Time,
        "Int8" or "Int16" or "Int32" or "Int64" or "UInt8" or "UInt16" or "UInt32" or "UInt64" or "Bool" => ColumnType.WholeNumber,
        "Int128" or "Int256" or "UInt128" or "UInt256" or "Float32" or "Float64" or "BFloat16" => ColumnType.Number,
        var name => name.StartsWith("Decimal", StringComparison.Ordinal) ? ColumnType.Number : ColumnType.Text,
    };

    [GeneratedRegex(@"^(?:LowCardinality\(|Nullable\(|SimpleAggregateFunction\(\w+, )*(?<name>\w+)")] private static partial Regex TypeName();

    [GeneratedRegex(@"^[\s(]*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|EXISTS)\b", RegexOptions.IgnoreCase)] private static partial Regex Reading();

    [GeneratedRegex(@"\bINSERT\s+INTO\b|\bINTO\s+OUTFILE\b", RegexOptions.IgnoreCase)] private static partial Regex Writing();
}
