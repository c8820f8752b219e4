using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>A connection that writes, with prepared statements.</summary>
internal class WriteConnection(SqliteConnection connection) : IDisposable
{
    // The SQL of prepared statements is constant, so each is one string object.
    private readonly Dictionary<string, NativeStatement> _statements = new(ReferenceEqualityComparer.Instance);
    private readonly List<sqlite3_stmt> _prepared = [];

    public SqliteConnection Connection => connection;

    public void Execute(string sql) => Connection.Execute(sql);

    public object Scalar(string sql) => Connection.Query(sql, row => row.GetValue(0)).First();

    /// <summary>A statement with constant SQL, which is prepared once, and values for its parameters.</summary>
    public NativeStatement Statement(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out NativeStatement statement))
        {
            Check(raw.sqlite3_prepare_v2(Connection.Handle, sql, out sqlite3_stmt prepared));
            _prepared.Add(prepared);
            _statements.Add(sql, statement = new NativeStatement(prepared));
        }
        for (int i = 0; i < values.Length; i++)
            statement.BindValue(i + 1, values[i]);
        return statement;
    }

    public void Run(NativeStatement statement) => Check(statement.Run());

    /// <summary>As <see cref="Run(NativeStatement)"/>, with constant SQL and values.</summary>
    public void Run(string sql, params ReadOnlySpan<object?> values) => Run(Statement(sql, values));

    /// <summary>Runs a statement and reads its first row, if it returns one.</summary>
    public bool TryRead<T>(NativeStatement statement, Func<NativeStatement, T> read, out T value)
    {
        bool found = statement.Step(out int resultCode);
        value = found ? read(statement) : default!;
        statement.Reset();
        Check(resultCode);
        return found;
    }

    public int Changes => raw.sqlite3_changes(Connection.Handle);

    public void Check(int resultCode) => SqliteException.ThrowExceptionForRC(resultCode, Connection.Handle);

    public void Dispose()
    {
        _prepared.ForEach(statement => statement.Dispose());
        connection.Dispose();
    }
}
