using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// SQLite databases: another store, whose requests keep their keys, so that the stores of several machines can be merged,
/// and the databases of OpenCode and OpenClaw. They are opened read-only.
/// </summary>
internal static class Databases
{
    /// <summary>Reads a whole database.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.ImportFormatUnsupported"/>: it is none of these. <see cref="ErrorCode.ImportFileUnreadable"/>: it cannot be read.
    /// </exception>
    public static void Read(string path, ImportSink sink, CancellationToken cancellation)
    {
        try
        {
            using TokenStore database = TokenStore.OpenDatabase(path, cancellation);
            if (database.Has("telemetry"))
            {
                sink.Report.Format = ImportFormat.TokenStore;
                ReadStore(path, sink, cancellation);
            }
            else if ((database.Has("message") && database.Has("session")) || database.Has("session_message"))
            {
                sink.Report.Format = ImportFormat.OpenCode;
                ReadOpenCode(database, sink);
            }
            else if (database.Has("transcript_events"))
            {
                sink.Report.Format = ImportFormat.Pi;
                ReadOpenClaw(database, sink);
            }
            else
            {
                throw Unsupported(path, "is a SQLite database, but neither a store nor the database of OpenCode or OpenClaw.");
            }
        }
        catch (TokenDashboardException exception) when (exception.Code is ErrorCode.StoreNotDatabase)
        {
            throw Unsupported(path, "is a damaged SQLite database. Copy it again from its source.");
        }
        catch (TokenDashboardException exception) when (exception.IsAbout("Store") && exception.Target as string != sink.Report.Database)
        {
            throw new TokenDashboardException(ErrorCode.ImportFileUnreadable, exception.Message, exception, path);
        }
    }

    private static void ReadStore(string path, ImportSink sink, CancellationToken cancellation)
    {
        using TokenStore store = TokenStore.Open(path, cancellation);
        foreach (StoredKey key in DatabaseRows.Keys(store))
            sink.Scratch.AddKey(key);
        var values = new RequestValues(sink) { IsVerbatim = true };
        foreach (string?[] fields in DatabaseRows.Requests(store))
        {
            sink.Report.Lines++;
            sink.LineNumber = long.Parse(fields[0]!, CultureInfo.InvariantCulture);
            values.Clear();
            for (int i = 1; i < fields.Length; i++)
                values[DatabaseRows.Columns[i - 1]] = fields[i];
            ImportRow row = sink.NewRow();
            if (values.Fill(ref row) is { } reason)
            {
                sink.Unreadable(reason);
                continue;
            }
            if (sink.Scratch.FindKey(sink.LineNumber) is { } stored)
                (row.Key, row.Rank) = (stored.Key, sink.Batch.AddText(stored.Rank));
            else
                row.Key = sink.KeyOf(in row, "", null) ?? sink.KeyOfLine(in row, Encoding.UTF8.GetBytes(string.Join('\n', fields[1..15])));
            sink.Add(ref row);
        }
        sink.Report.Note(
            RollupStore.ReadRemoved(store, RollupSchema.NoTime)?.Count ?? 0, "Requests that Remove-TokenUsage removed from the store, which cannot be imported because only their rollups are left");
    }

    private static void ReadOpenCode(TokenStore database, ImportSink sink)
    {
        var records = new JsonRecords(new RecordSink(sink, OpenCodeMessages.Format), null);
        string? JsonOf(string?[] fields)
        {
            (records.Around["id"], records.Around["sessionID"], records.Around["role"]) = (fields[0], fields[1], fields[3]);
            return fields[2];
        }
        Read(DatabaseRows.OpenCodeMessages(database), sink, JsonOf, records.ReadObject);
    }

    private static void ReadOpenClaw(TokenStore database, ImportSink sink)
    {
        var session = new PiSession(sink);
        Read(DatabaseRows.OpenClawEntries(database), sink, Unpack, session.ReadEntry);
        session.Complete();
    }

    /// <summary>Reads the JSON object in each row.</summary>
    private static void Read<T>(IEnumerable<T> rows, ImportSink sink, Func<T, string?> jsonOf, Func<JsonElement, string?> read)
    {
        sink.LineNumber = 0;
        foreach (T row in rows)
        {
            sink.LineNumber++;
            sink.Report.Lines++;
            string? reason = JsonText.TryParse(jsonOf(row), out JsonElement value) ? read(value) : "not JSON";
            if (reason is not null and not JsonLines.NoRequest)
                sink.Unreadable(reason);
        }
    }

    // Long entries are compressed.
    private static string? Unpack(byte[] entry)
    {
        if (!ZstdStream.IsAt(entry))
            return Encoding.UTF8.GetString(entry);
        try
        {
            using var reader = new StreamReader(new ZstdStream(new MemoryStream(entry)));
            return reader.ReadToEnd();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static TokenDashboardException Unsupported(string path, string what) => new(ErrorCode.ImportFormatUnsupported, $"'{path}' {what}", target: path);
}
