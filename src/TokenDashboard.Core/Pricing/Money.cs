using System.Globalization;

namespace TokenDashboard.Pricing;

/// <summary>Formats amounts of money in tables and reports.</summary>
public static class Money
{
    /// <summary>The default currency.</summary>
    public const string UsDollar = "USD";

    /// <summary>An amount with its currency: two decimals from one unit on, else four.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="currency">The code of the currency; null for USD.</param>
    /// <param name="culture">The culture of the separators.</param>
    public static string Text(decimal amount, string? currency, CultureInfo culture) =>
        InCurrency(amount.ToString(Math.Abs(amount) >= 1 || amount == 0 ? "N2" : "N4", culture), currency);

    /// <summary>A number with the symbol of a currency, or with its code.</summary>
    /// <param name="number">The formatted number.</param>
    /// <param name="currency">The code of the currency; null for USD.</param>
    public static string InCurrency(string number, string? currency) => currency switch
    {
        null or UsDollar => "$" + number,
        "EUR" => "€" + number,
        "GBP" => "£" + number,
        _ => $"{number} {currency}",
    };
}
