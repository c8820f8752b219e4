using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// Sums to add to the stored ones. Slow work is done before, without the lock: reading stored sums, adding, and
/// formatting as text. It is valid only until the rollups are changed by another run.
/// </summary>
internal sealed class RollupUpdate : IDisposable
{
    private static readonly TimeSpan ReadWindow = TimeSpan.FromMilliseconds(10);

    private readonly TokenStore _store;
    private readonly RollupTables _tables;
    private readonly sqlite3_stmt _prepared;
    private readonly NativeStatement _find;
    private readonly RollupRow _row = new();
    private readonly List<(RollupKey Key, MeasureValues Values, byte[] Durations, byte[] Sizes)> _sums = [];

    // The next requests usually belong to the same hours and days as the last ones.
    private Dictionary<RollupKey, UsageAccumulator> _known = [];

    public RollupUpdate(TokenStore store, RollupTables tables)
    {
        (_store, _tables) = (store, tables);
        _prepared = store.Read(() =>
        {
            int resultCode = raw.sqlite3_prepare_v2(
                store.Handle, $"SELECT {_row.Columns} FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2 AND group_id = ?3", out sqlite3_stmt statement);
            SqliteException.ThrowExceptionForRC(resultCode, store.Handle);
            return statement;
        });
        _find = new NativeStatement(_prepared);
    }

    /// <summary>Discards prepared and cached sums, because the rollups were changed or the sums were not written.</summary>
    public void Forget()
    {
        _known = [];
        _tables.Learn(_store.Read(() => RollupStore.ReadGroups(_store, new RequestFilter())).Select(group => KeyValuePair.Create(group.Value, group.Key)));
    }

    /// <summary>Prepares sums for <see cref="Write"/>, and replaces earlier ones.</summary>
    public void Prepare(IEnumerable<KeyValuePair<RollupKey, UsageAccumulator>> sums)
    {
        _sums.Clear();
        var known = new Dictionary<RollupKey, UsageAccumulator>();
        using IEnumerator<KeyValuePair<RollupKey, UsageAccumulator>> next = sums.GetEnumerator();
        for (bool more = next.MoveNext(); more;)
        {
            _store.ReadAtOnce(() =>
            {
                for (var watch = Stopwatch.StartNew(); more && watch.Elapsed < ReadWindow; more = next.MoveNext())
                {
                    (RollupKey key, UsageAccumulator added) = next.Current;
                    UsageAccumulator all = added;
                    if (Find(key) is { } found)
                    {
                        found.Add(added);
                        all = found;
                    }
                    known.Add(key, all);
                    _sums.Add((key, all.Values, all.Durations.ToUtf8(), all.Sizes.ToUtf8()));
                }
                return true;
            });
        }
        _known = known;
    }

    /// <summary>Writes the prepared sums within a transaction.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Write()
    {
        foreach ((RollupKey key, MeasureValues values, byte[] durations, byte[] sizes) in _sums)
            _tables.Put(key, values, durations, sizes);
    }

    public void Dispose() => _prepared.Dispose();

    private UsageAccumulator? Find(RollupKey key)
    {
        if (_known.TryGetValue(key, out UsageAccumulator? known))
            return known;
        if (!_tables.TryGetId(key.Group, out long id))
            return null;
        UsageAccumulator? usage = null;
        _find.Bind(1, (long)key.Level);
        _find.Bind(2, key.Start);
        _find.Bind(3, id);
        if (_find.Step(out int resultCode))
        {
            _row.Load(_find, key.Group);
            usage = _row.ToAccumulator();
        }
        _find.Reset();
        if (resultCode is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(resultCode, _store.Handle);
        return usage;
    }
}
