using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.Data.Sqlite;
using TokenDashboard.Import;
using TokenDashboard.Import.Reading;

namespace TokenDashboard.Tests.Import;

/// <summary>A folder with a store and files to import into it.</summary>
internal sealed class ImportFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Database => _folder.File("store.db");

    public string File(string name) => _folder.File(name);

    public ImportReport Import(string content, ImportFormat format = ImportFormat.Auto, ColumnMap? map = null, bool whatIf = false) =>
        Import(Encoding.UTF8.GetBytes(content), format, map, whatIf);

    public ImportReport Import(byte[] content, ImportFormat format = ImportFormat.Auto, ColumnMap? map = null, bool whatIf = false, int maxLineBytes = LineReader.DefaultMaxLineBytes)
    {
        string path = _folder.File("source");
        System.IO.File.WriteAllBytes(path, content);
        using var importer = new TokenImporter(Database, format, map, whatIf, CancellationToken.None) { MaxLineBytes = maxLineBytes };
        return importer.Import(path);
    }

    /// <summary>Packs a text with gzip, but does not compress it.</summary>
    public static byte[] Pack(string content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        return packed.ToArray();
    }

    /// <summary>The requests in the store with their details, as sorted texts without ids, because ids only show the order of the import.</summary>
    public string[] Requests() => !System.IO.File.Exists(Database) ? [] : Query("""
        SELECT concat_ws('|', timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens,
            COALESCE(duration_ms, '-'), success, trace_id, span_id, parent_span_id,
            COALESCE(cached_tokens, '-'), COALESCE(cache_write_tokens, '-'), COALESCE(reasoning_tokens, '-'), COALESCE(cost, '-'))
        FROM telemetry LEFT JOIN tokendash_request_detail ON row_id = id ORDER BY 1
        """);

    /// <summary>The first column of a query, as texts.</summary>
    public string[] Query(string sql)
    {
        using var connection = Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
            values.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        return [.. values];
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False;Default Timeout=5");
        connection.Open();
        return connection;
    }

    public void Dispose() => _folder.Dispose();
}
