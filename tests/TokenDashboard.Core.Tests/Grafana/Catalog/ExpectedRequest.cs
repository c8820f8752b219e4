using System.Globalization;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>The expected values of a stored row, computed without SQL.</summary>
internal sealed record ExpectedRequest(TestStore.Row Row)
{
    public string User => Name(Row.User);

    public string Model => Name(Row.Model);

    public string Provider => Name(Row.Provider);

    public long PromptTokens => Count(Row.Prompt, 0);

    public long CompletionTokens => Count(Row.Completion, 0);

    public long TotalTokens => Count(Row.Total, 1) is > 0 and var total ? total : PromptTokens + CompletionTokens;

    public double? DurationMs => Row.Duration is double and >= 0 and <= 1e12 ? (double)Row.Duration : null;

    public bool PolicyFailed => Row.Success is 0L;

    public string Timestamp => (string)Row.Timestamp!;

    /// <summary>The time without its fraction, or null if the exporter does not write such a text.</summary>
    public DateTimeOffset? Second
    {
        get
        {
            if (Timestamp.Length < 19)
                return null;
            string fraction = Timestamp[19..];
            bool readable = fraction.Length == 0 || (fraction.Length > 1 && fraction[0] == '.' && fraction[1..].All(char.IsAsciiDigit));
            return readable && DateTime.TryParseExact(
                Timestamp[..19], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time)
                ? new DateTimeOffset(time, TimeSpan.Zero)
                : null;
        }
    }

    private static string Name(object? value) => value is string { Length: > 0 } text ? text : "(none)";

    private static long Count(object? value, long smallest) => value is long count && count >= smallest && count <= 1_000_000_000_000 ? count : 0;
}
