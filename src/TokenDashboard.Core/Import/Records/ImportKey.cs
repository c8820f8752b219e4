using System.IO.Hashing;

namespace TokenDashboard.Import.Records;

/// <summary>
/// What makes a request one request. The hour leads, so that the keys of a file in order of time go into neighbouring pages of the
/// index; keys without a time of their own use hour 0.
/// </summary>
internal readonly record struct ImportKey(long Hour, UInt128 Hash)
{
    /// <summary>The key of a span: its trace and span ids whatever the case of their digits, and the hour in which it began.</summary>
    public static ImportKey OfSpan(long utcTicks, ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId) =>
        new(utcTicks / TimeSpan.TicksPerHour, HashOfIds(traceId, spanId));

    /// <summary>The key of a request its source names by an id that is unique by itself.</summary>
    public static ImportKey OfOwnId(string source, string id) => new(0, HashOf(Encoding.UTF8.GetBytes($"{source}\0{id}")));

    /// <summary>The key of a line that names itself by nothing but its content: two equal lines of a file are two requests.</summary>
    public static ImportKey OfLine(long utcTicks, UInt128 line, long occurrence) =>
        new(utcTicks / TimeSpan.TicksPerHour, occurrence == 1 ? line : line + ((UInt128)(ulong)occurrence << 64));

    /// <summary>A hash of two ids, in which A-F count as a-f.</summary>
    public static UInt128 HashOfIds(ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId)
    {
        byte[] ids = [.. traceId, 0, .. spanId];
        Ascii.ToLowerInPlace(ids, out _);
        return HashOf(ids);
    }

    public static UInt128 HashOf(ReadOnlySpan<byte> bytes) => XxHash128.HashToUInt128(bytes);
}
