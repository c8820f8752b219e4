using System.Globalization;
using System.Text.RegularExpressions;

namespace TokenDashboard.Dashboards.Proof;

/// <summary>
/// The replacements the plugin itself makes, after those of the browser: <c>$__from</c>, <c>$__to</c> and its one macro. Arguments end
/// at the first closing bracket and are split at every comma.
/// </summary>
internal static partial class PluginMacros
{
    /// <summary>The SQL that is run, and the seconds between rows where gaps are to be filled.</summary>
    /// <exception cref="PluginException">The plugin does not take the macro's arguments.</exception>
    internal static (string Sql, long? FillSeconds) Apply(string sql, TimeWindow window)
    {
        long? fill = null;
        string withTimes = sql
            .Replace("$__from", Milliseconds(window.From), StringComparison.Ordinal)
            .Replace("$__to", Milliseconds(window.To), StringComparison.Ordinal);
        long interval = 0;
        string applied = Call().Replace(withTimes, match =>
        {
            if (match.Groups["name"].Value != "unixEpochGroupSeconds")
            {
                return match.Value;
            }
            string[] arguments = match.Groups["arguments"].Value.Split(',');
            if (arguments.Length is < 2 or > 3)
            {
                throw new PluginException($"unsupported number of arguments ({arguments.Length}) for unixEpochGroupSeconds");
            }
            if (!long.TryParse(arguments[1].Trim(' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out interval))
            {
                throw new PluginException($"could not convert '{arguments[1]}' to an integer grouping interval");
            }
            if (arguments.Length == 3)
            {
                if (!arguments[2].Trim(' ').Equals("null", StringComparison.OrdinalIgnoreCase))
                {
                    throw new PluginException($"unsupported gap filling value of: `{arguments[2]}`");
                }
                fill = 0;
            }
            return string.Create(CultureInfo.InvariantCulture, $"cast(({arguments[0]} / {interval}) as int) * {interval}");
        });
        // The last macro's interval is the one that gaps are filled with.
        return (applied, fill is null ? null : interval);
    }

    // Whole seconds, unlike the browser's own values.
    private static string Milliseconds(DateTimeOffset time) => (time.ToUnixTimeSeconds() * 1000).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$__(?<name>[_a-zA-Z0-9]+)\((?<arguments>[^)]*)\)")]
    private static partial Regex Call();
}
