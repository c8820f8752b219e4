using System.IO.Hashing;
using System.Text;

namespace TokenDashboard.Import.Records;

/// <summary>Makes the keys by which a request is known again.</summary>
internal static class ImportKeys
{
    /// <summary>The key of a span: its trace and span ids whatever the case of their digits, and the hour in which it began.</summary>
    public static ImportKey OfSpan(long utcTicks, ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId) =>
        new(utcTicks / TimeSpan.TicksPerHour, OfIds(traceId, spanId));

    /// <summary>The key of a request its source names by an id that is unique by itself.</summary>
    public static ImportKey OfOwnId(string source, ReadOnlySpan<byte> id) => new(0, Hash([.. Encoding.UTF8.GetBytes(source), 0, .. id]));

    /// <summary>The key of a line that names itself by nothing but its content: two equal lines of a file are two requests.</summary>
    public static ImportKey OfLine(long utcTicks, UInt128 line, long occurrence) =>
        new(utcTicks / TimeSpan.TicksPerHour, occurrence == 1 ? line : line + ((UInt128)(ulong)occurrence << 64));

    /// <summary>A hash of two ids, in which A-F count as a-f.</summary>
    public static UInt128 OfIds(ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId)
    {
        byte[] ids = [.. traceId, 0, .. spanId];
        Ascii.ToLowerInPlace(ids, out _);
        return Hash(ids);
    }

    public static UInt128 Hash(ReadOnlySpan<byte> bytes) => XxHash128.HashToUInt128(bytes);
}
