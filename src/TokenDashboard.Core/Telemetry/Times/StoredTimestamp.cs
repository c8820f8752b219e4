namespace TokenDashboard.Telemetry.Times;

/// <summary>
/// The format in which Observicia stores times: UTC, <c>yyyy-MM-ddTHH:mm:ss</c>, then a fraction unless it is zero, and no zone.
/// The SQLite engine has the same rule in SQL.
/// </summary>
internal static class StoredTimestamp
{
    private const int SecondLength = 19;

    /// <summary>Parses the UTF-8 text of a column as ticks in UTC. Digits of the fraction beyond 100 ns are dropped.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long utcTicks)
    {
        utcTicks = 0;
        if (text.Length < SecondLength
            || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !TryNumber(text[..4], out int year) || !TryNumber(text[5..7], out int month) || !TryNumber(text[8..10], out int day)
            || !TryNumber(text[11..13], out int hour) || !TryNumber(text[14..16], out int minute) || !TryNumber(text[17..19], out int second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }
        long fraction = 0;
        if (text.Length > SecondLength && !TryFraction(text[SecondLength..], out fraction))
            return false;
        utcTicks = new DateTime(year, month, day, hour, minute, second).Ticks + fraction;
        return true;
    }

    /// <summary>
    /// Formats an instant for comparison with stored text. Trailing zeros of the fraction are omitted, so that the text is not greater
    /// than any stored text of the same instant.
    /// </summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);

    /// <summary>Formats an instant as Observicia does (Python's <c>isoformat</c>): six digits of fraction, or none if it is zero.</summary>
    public static string FormatForStorage(DateTimeOffset instant)
    {
        Span<byte> utf8 = stackalloc byte[33];
        return Encoding.UTF8.GetString(utf8[..FormatForStorage(instant.UtcTicks, utf8)]);
    }

    /// <summary>Formats as <see cref="FormatForStorage(DateTimeOffset)"/>, in UTF-8, into 33 bytes or more. Returns the length of the text.</summary>
    public static int FormatForStorage(long utcTicks, Span<byte> utf8)
    {
        // The round-trip format has a fast path. It begins with the stored format, followed by digits and a zone.
        new DateTime(utcTicks, DateTimeKind.Unspecified).TryFormat(utf8, out _, "O", CultureInfo.InvariantCulture);
        return utcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond == 0 ? SecondLength : SecondLength + 7;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            number = (number * 10) + (digit - '0');
        }
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text[0] != '.' || text.Length == 1)
            return false;
        long unit = TimeSpan.TicksPerSecond;
        foreach (byte digit in text[1..])
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            unit /= 10;
            ticks += unit * (digit - '0');
        }
        return true;
    }
}
