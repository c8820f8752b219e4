using System.IO.Hashing;

namespace TokenDashboard.Import.Records;

/// <summary>
/// Identifies a request. The hour is first, so that the keys of a file in chronological order are in neighboring pages of the
/// index. Keys without a time use hour 0.
/// </summary>
internal readonly record struct ImportKey(long Hour, UInt128 Hash)
{
    /// <summary>The key of a span: its trace and span ids, whatever the case of their digits, and the hour in which it began.</summary>
    public static ImportKey OfSpan(long utcTicks, ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId) =>
        new(utcTicks / TimeSpan.TicksPerHour, HashOfIds(traceId, spanId));

    /// <summary>The key of a request whose source gives it a unique id.</summary>
    public static ImportKey OfOwnId(string source, string id) => new(0, HashOf(Encoding.UTF8.GetBytes($"{source}\0{id}")));

    /// <summary>The key of a line that is identified only by its content. Two equal lines of a file are two requests.</summary>
    public static ImportKey OfLine(long utcTicks, UInt128 line, long occurrence) =>
        new(utcTicks / TimeSpan.TicksPerHour, occurrence == 1 ? line : line + ((UInt128)(ulong)occurrence << 64));

    /// <summary>A hash of two ids, in which A-F equal a-f.</summary>
    public static UInt128 HashOfIds(ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId)
    {
        byte[] ids = [.. traceId, 0, .. spanId];
        Ascii.ToLowerInPlace(ids, out _);
        return HashOf(ids);
    }

    public static UInt128 HashOf(ReadOnlySpan<byte> bytes) => XxHash128.HashToUInt128(bytes);
}
