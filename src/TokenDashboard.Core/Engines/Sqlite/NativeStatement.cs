using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// A running statement that is read without the safe-handle marshaling of SQLitePCLRaw. At twenty calls per row, that marshaling takes longer
/// than SQLite itself. The reader must keep the statement alive. Functions: https://sqlite.org/c3ref/column_blob.html
/// </summary>
internal readonly unsafe partial struct NativeStatement(sqlite3_stmt statement)
{
    private const string Library = "e_sqlite3";

    private readonly nint _handle = statement.DangerousGetHandle();

    /// <summary>Moves to the next row; false after the last.</summary>
    public bool Step(out int resultCode)
    {
        resultCode = sqlite3_step(_handle);
        return resultCode == raw.SQLITE_ROW;
    }

    /// <summary>Runs a statement to its end and resets it. Bound values stay.</summary>
    /// <returns>SQLITE_DONE, SQLITE_ROW if the statement returned an unexpected row, or an error.</returns>
    public int Run()
    {
        int resultCode = sqlite3_step(_handle);
        sqlite3_reset(_handle);
        return resultCode;
    }

    public void Reset() => sqlite3_reset(_handle);

    /// <summary>Binds a parameter, counted from 1. Text and blobs are not copied, so they must not move or change until the statement has run.</summary>
    public void Bind(int parameter, long value) => sqlite3_bind_int64(_handle, parameter, value);

    public void Bind(int parameter, double value) => sqlite3_bind_double(_handle, parameter, value);

    public void BindNull(int parameter) => sqlite3_bind_null(_handle, parameter);

    public void BindText(int parameter, ReadOnlySpan<byte> pinnedUtf8) =>
        sqlite3_bind_text(_handle, parameter, Pointer(pinnedUtf8), pinnedUtf8.Length, 0);

    public void BindCopy(int parameter, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = utf8)
            sqlite3_bind_text(_handle, parameter, text is null ? Pointer(utf8) : text, utf8.Length, -1);
    }

    public void BindCopy(int parameter, UInt128 hash) => sqlite3_bind_blob(_handle, parameter, (byte*)&hash, sizeof(UInt128), -1);

    public void BindBlob(int parameter, ReadOnlySpan<byte> pinned) => sqlite3_bind_blob(_handle, parameter, Pointer(pinned), pinned.Length, 0);

    /// <summary>Binds a copy of a value: an integer, true or false, a double, a text, a hash, bytes (none are NULL), or null.</summary>
    public void BindValue(int parameter, object? value)
    {
        switch (value)
        {
            case long integer:
                Bind(parameter, integer);
                break;
            case bool flag:
                Bind(parameter, flag ? 1L : 0L);
                break;
            case double real:
                Bind(parameter, real);
                break;
            case string text:
                BindCopy(parameter, Encoding.UTF8.GetBytes(text));
                break;
            case UInt128 hash:
                BindCopy(parameter, hash);
                break;
            case byte[] { Length: > 0 } bytes:
                fixed (byte* blob = bytes)
                    sqlite3_bind_blob(_handle, parameter, blob, bytes.Length, -1);
                break;
            case null or byte[]:
                BindNull(parameter);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value));
        }
    }

    public ReadOnlySpan<byte> Blob(int column)
    {
        byte* blob = sqlite3_column_blob(_handle, column);
        return new ReadOnlySpan<byte>(blob, blob is null ? 0 : sqlite3_column_bytes(_handle, column));
    }

    // A null pointer would bind NULL, and an empty span can have one.
    private static byte* Pointer(ReadOnlySpan<byte> pinned) =>
        pinned.IsEmpty ? (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(" "u8)) : (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    public int Type(int column) => sqlite3_column_type(_handle, column);

    public long Integer(int column) => sqlite3_column_int64(_handle, column);

    public double Real(int column) => sqlite3_column_double(_handle, column);

    /// <summary>The column as UTF-8, valid until the next step.</summary>
    public ReadOnlySpan<byte> Text(int column)
    {
        // In this order, SQLite converts to UTF-8 first, so that the length is also correct for UTF-16 databases.
        byte* text = sqlite3_column_text(_handle, column);
        return new ReadOnlySpan<byte>(text, text is null ? 0 : sqlite3_column_bytes(_handle, column));
    }

    [LibraryImport(Library)] private static partial int sqlite3_step(nint statement);

    // The result of this call repeats that of the previous step.
    [LibraryImport(Library)] private static partial void sqlite3_reset(nint statement);

    // Binding by number to a statement that is not running cannot fail, so the results are not checked.
    [LibraryImport(Library), SuppressGCTransition] private static partial void sqlite3_bind_int64(nint statement, int parameter, long value);

    [LibraryImport(Library), SuppressGCTransition] private static partial void sqlite3_bind_double(nint statement, int parameter, double value);

    [LibraryImport(Library), SuppressGCTransition] private static partial void sqlite3_bind_null(nint statement, int parameter);

    [LibraryImport(Library), SuppressGCTransition]
    private static partial void sqlite3_bind_text(nint statement, int parameter, byte* text, int bytes, nint destructor);

    [LibraryImport(Library), SuppressGCTransition]
    private static partial void sqlite3_bind_blob(nint statement, int parameter, byte* blob, int bytes, nint destructor);

    [LibraryImport(Library), SuppressGCTransition] private static partial byte* sqlite3_column_blob(nint statement, int column);

    // The accessors return immediately and never call back, so they need no transition for the garbage collector.
    [LibraryImport(Library), SuppressGCTransition] private static partial int sqlite3_column_type(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition] private static partial long sqlite3_column_int64(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition] private static partial double sqlite3_column_double(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition] private static partial byte* sqlite3_column_text(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition] private static partial int sqlite3_column_bytes(nint statement, int column);
}
