using System.Globalization;

namespace TokenDashboard.Pricing;

/// <summary>Spells amounts of money, in tables and in reports.</summary>
public static class Money
{
    /// <summary>The currency of prices that name none.</summary>
    public const string UsDollar = "USD";

    /// <summary>An amount with its currency: cents from one unit on, else four decimals.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="currency">The code of the currency; null for USD.</param>
    /// <param name="culture">Whose separators are used.</param>
    public static string Text(decimal amount, string? currency, CultureInfo culture) =>
        InCurrency(amount.ToString(Math.Abs(amount) >= 1 || amount == 0 ? "N2" : "N4", culture), currency);

    /// <summary>A number with the sign of a currency, or with its code.</summary>
    /// <param name="number">The number, as it is shown.</param>
    /// <param name="currency">The code of the currency; null for USD.</param>
    public static string InCurrency(string number, string? currency) => currency switch
    {
        null or UsDollar => "$" + number,
        "EUR" => "€" + number,
        "GBP" => "£" + number,
        _ => $"{number} {currency}",
    };
}
