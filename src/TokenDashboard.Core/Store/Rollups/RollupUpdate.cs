using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Sums to be added to those stored. All that takes long is done beforehand, without the lock: looking up what is stored, adding, and
/// making text of it. It holds only as long as nobody else changes the rollups.
/// </summary>
internal sealed class RollupUpdate : IDisposable
{
    private static readonly TimeSpan ReadWindow = TimeSpan.FromMilliseconds(10);

    private readonly TokenStore _store;
    private readonly RollupTables _tables;
    private readonly sqlite3_stmt _prepared;
    private readonly NativeStatement _find;
    private readonly RollupRow _row = new();
    private readonly StringBuilder _json = new();
    private readonly List<(RollupLevel Level, long Start, RollupGroup Group, RollupSums Sums, int Text, int Length)> _sums = [];
    private byte[] _text = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
    private int _used;

    // The next requests are mostly of the same hours and days as the last ones.
    private Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> _known = [];

    public RollupUpdate(TokenStore store, RollupTables tables)
    {
        (_store, _tables) = (store, tables);
        _prepared = store.Read(() =>
        {
            int resultCode = raw.sqlite3_prepare_v2(
                store.Handle, $"SELECT {RollupRow.Columns} FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2 AND group_id = ?3", out sqlite3_stmt statement);
            SqliteException.ThrowExceptionForRC(resultCode, store.Handle);
            return statement;
        });
        _find = new NativeStatement(_prepared);
    }

    /// <summary>Forgets what was prepared and learned, because somebody else changed the rollups or what was prepared was not written.</summary>
    public void Forget()
    {
        _known = [];
        _tables.Learn(_store.Read(() => RollupQueries.ReadGroups(_store, new RequestFilter())));
    }

    /// <summary>Prepares sums for <see cref="Write"/>, in the place of those prepared before.</summary>
    public void Prepare(IEnumerable<(RollupLevel Level, long Start, RollupGroup Group, RollupSums Sums)> sums)
    {
        _sums.Clear();
        _used = 0;
        var known = new Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums>();
        using IEnumerator<(RollupLevel Level, long Start, RollupGroup Group, RollupSums Sums)> next = sums.GetEnumerator();
        for (bool more = next.MoveNext(); more;)
        {
            _store.ReadAtOnce(() =>
            {
                for (var watch = Stopwatch.StartNew(); more && watch.Elapsed < ReadWindow; more = next.MoveNext())
                {
                    (RollupLevel level, long start, RollupGroup group, RollupSums added) = next.Current;
                    RollupSums all = Find(level, start, group);
                    all.Add(added);
                    known.Add((level, start, group), all);
                    AddText(level, start, group, all);
                }
                return true;
            });
        }
        _known = known;
    }

    /// <summary>Writes what was prepared, within a transaction.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Write()
    {
        foreach ((RollupLevel level, long start, RollupGroup group, RollupSums sums, int text, int length) in _sums)
        {
            _tables.Put(level, start, group, sums, _text.AsSpan(text, length));
        }
    }

    public void Dispose() => _prepared.Dispose();

    private RollupSums Find(RollupLevel level, long start, RollupGroup group)
    {
        if (_known.TryGetValue((level, start, group), out RollupSums? known))
        {
            return known;
        }
        if (!_tables.TryGetId(group, out long id))
        {
            return new RollupSums();
        }
        _find.Bind(1, (long)level);
        _find.Bind(2, start);
        _find.Bind(3, id);
        bool found = _find.Step(out int resultCode);
        RollupSums sums = new();
        if (found)
        {
            _row.Load(_find, group);
            sums = _row.ToSums();
        }
        _find.Reset();
        if (resultCode is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(resultCode, _store.Handle);
        }
        return sums;
    }

    private void AddText(RollupLevel level, long start, RollupGroup group, RollupSums sums)
    {
        _json.Clear();
        sums.Durations.Write(_json);
        if (_text.Length - _used < _json.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(_text.Length * 2, _used + _json.Length), pinned: true);
            _text.AsSpan(0, _used).CopyTo(larger);
            _text = larger;
        }
        foreach (ReadOnlyMemory<char> chunk in _json.GetChunks())
        {
            _used += Encoding.ASCII.GetBytes(chunk.Span, _text.AsSpan(_used));
        }
        _sums.Add((level, start, group, sums, _used - _json.Length, _json.Length));
    }
}
