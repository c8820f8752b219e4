namespace TokenDashboard.Pricing;

/// <summary>Formats amounts of money in tables and reports.</summary>
internal static class Money
{
    /// <summary>The default currency.</summary>
    public const string UsDollar = "USD";

    /// <summary>An amount with its currency, where null means USD. It has two decimals from one unit on, otherwise four.</summary>
    public static string Text(decimal amount, string? currency, CultureInfo culture) =>
        InCurrency(amount.ToString(Math.Abs(amount) >= 1 || amount == 0 ? "N2" : "N4", culture), currency);

    /// <summary>The text for a missing amount: the currencies if there are several, or another text.</summary>
    public static string Missing(string? currency, string otherwise) => currency?.Contains(',', StringComparison.Ordinal) == true ? $"({currency})" : otherwise;

    /// <summary>A formatted number with the symbol or the code of a currency, where null or empty means USD.</summary>
    public static string InCurrency(string number, string? currency) => currency switch
    {
        null or "" or UsDollar => "$" + number,
        "EUR" => "€" + number,
        "GBP" => "£" + number,
        _ => $"{number} {currency}",
    };
}
