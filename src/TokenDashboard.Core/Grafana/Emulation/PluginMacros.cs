using System.Globalization;
using System.Text;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The plugin's own replacements after the browser's: <c>$__from</c>, <c>$__to</c> and a macro, whose arguments are split at every comma.</summary>
internal static class PluginMacros
{
    /// <summary>The SQL that is run, and the seconds between rows where gaps are to be filled.</summary>
    /// <exception cref="PluginException">The plugin does not accept the macro's arguments.</exception>
    internal static (string Sql, long? FillSeconds) Apply(string sql, TimeWindow window)
    {
        long? fill = null;
        string withTimes = sql
            .Replace("$__from", Milliseconds(window.From), StringComparison.Ordinal)
            .Replace("$__to", Milliseconds(window.To), StringComparison.Ordinal);
        long interval = 0;
        var applied = new StringBuilder();
        int end = 0;
        foreach (MacroCall call in MacroCall.In(withTimes).Where(call => call.Name == MacroCall.Group))
        {
            string[] arguments = withTimes[call.Arguments].Split(',');
            if (arguments.Length is < 2 or > 3)
                throw new PluginException($"unsupported number of arguments ({arguments.Length}) for {MacroCall.Group}");
            if (!long.TryParse(arguments[1].Trim(' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out interval))
                throw new PluginException($"could not convert '{arguments[1]}' to an integer grouping interval");
            if (arguments.Length == 3)
            {
                if (!arguments[2].Trim(' ').Equals("null", StringComparison.OrdinalIgnoreCase))
                    throw new PluginException($"unsupported gap filling value of: `{arguments[2]}`");
                fill = 0;
            }
            applied.Append(withTimes, end, call.Index - end).Append(CultureInfo.InvariantCulture, $"cast(({arguments[0]} / {interval}) as int) * {interval}");
            end = call.Index + call.Length;
        }
        applied.Append(withTimes, end, withTimes.Length - end);
        // The last macro's interval is the one that gaps are filled with.
        return (applied.ToString(), fill is null ? null : interval);
    }

    // Whole seconds, unlike the values of the frontend.
    private static string Milliseconds(DateTimeOffset time) => (time.ToUnixTimeSeconds() * 1000).ToString(CultureInfo.InvariantCulture);
}
