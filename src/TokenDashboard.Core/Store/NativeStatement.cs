using System.Runtime.InteropServices;
using SQLitePCL;

namespace TokenDashboard.Store;

/// <summary>
/// A running statement, read without the safe-handle marshalling of SQLitePCLRaw: at twenty calls a row that marshalling takes longer
/// than SQLite does. The statement must be kept alive by its reader. Functions: https://sqlite.org/c3ref/column_blob.html
/// </summary>
internal readonly unsafe partial struct NativeStatement(sqlite3_stmt statement)
{
    private const string Library = "e_sqlite3";

    private readonly nint _handle = statement.DangerousGetHandle();

    /// <summary>Goes to the next row; false after the last.</summary>
    public bool Step(out int resultCode)
    {
        resultCode = sqlite3_step(_handle);
        return resultCode == raw.SQLITE_ROW;
    }

    public int Type(int column) => sqlite3_column_type(_handle, column);

    public long Integer(int column) => sqlite3_column_int64(_handle, column);

    public double Real(int column) => sqlite3_column_double(_handle, column);

    /// <summary>The column as UTF-8, valid until the next step.</summary>
    public ReadOnlySpan<byte> Text(int column)
    {
        // In this order SQLite converts to UTF-8 first, so that the length is right for UTF-16 databases too.
        byte* text = sqlite3_column_text(_handle, column);
        return new ReadOnlySpan<byte>(text, text is null ? 0 : sqlite3_column_bytes(_handle, column));
    }

    [LibraryImport(Library)]
    private static partial int sqlite3_step(nint statement);

    // The accessors return at once and never call back, so they need not tell the garbage collector where the thread is.
    [LibraryImport(Library), SuppressGCTransition]
    private static partial int sqlite3_column_type(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition]
    private static partial long sqlite3_column_int64(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition]
    private static partial double sqlite3_column_double(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition]
    private static partial byte* sqlite3_column_text(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition]
    private static partial int sqlite3_column_bytes(nint statement, int column);
}
