using System.Diagnostics.CodeAnalysis;

namespace TokenDashboard.Pricing;

/// <summary>Formats amounts of money in tables and reports.</summary>
internal static class Money
{
    /// <summary>The default currency.</summary>
    public const string UsDollar = "USD";

    /// <summary>The pattern of a currency code (ISO 4217).</summary>
    public const string CodePattern = @"^[A-Z]{3}\z";

    // The smallest amount that four decimals show.
    private const decimal Smallest = 0.0001m;

    /// <summary>
    /// An amount with its currency, where null means USD. It has two decimals from one unit on, otherwise four. An amount that would appear as zero is
    /// shown as less than the smallest one.
    /// </summary>
    public static string Text(decimal amount, string? currency, CultureInfo culture) => InCurrency(Math.Abs(amount) switch
    {
        0 or >= 1 => amount.ToString("N2", culture),
        >= Smallest / 2 => amount.ToString("N4", culture),
        _ => (amount > 0 ? "<" : ">") + (Math.Sign(amount) * Smallest).ToString("N4", culture),
    }, currency);

    /// <summary>The text for a missing amount: the currencies if there are several, or another text.</summary>
    public static string Missing(string? currency, string otherwise) => AreSeveral(currency) ? $"({currency})" : otherwise;

    /// <summary>Whether a result has several currencies, which are joined by commas.</summary>
    public static bool AreSeveral([NotNullWhen(true)] string? currency) => currency?.Contains(',', StringComparison.Ordinal) == true;

    /// <summary>A formatted number with the symbol or the code of a currency, where null or empty means USD. A sign precedes the symbol.</summary>
    public static string InCurrency(string number, string? currency)
    {
        string? symbol = currency switch { null or "" or UsDollar => "$", "EUR" => "€", "GBP" => "£", _ => null };
        return symbol is null ? $"{number} {currency}" : number.Insert(Math.Max(0, number.AsSpan().IndexOfAnyInRange('0', '9')), symbol);
    }
}
