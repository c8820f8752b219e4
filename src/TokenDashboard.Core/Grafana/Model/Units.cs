using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Model;

/// <summary>Grafana's ids of units. The constants are those that the catalog uses. <see cref="IsKnown"/> covers all units.</summary>
public static class Units
{
    /// <summary>An abbreviated number: 44.6 Mil.</summary>
    public const string Abbreviated = "short";
    /// <summary>A number that is abbreviated as much as possible: 45 M.</summary>
    public const string Metric = "sishort";
    /// <summary>A whole number in groups of three digits: 44,571,652.</summary>
    public const string Grouped = "locale";
    /// <summary>Tokens per second.</summary>
    public const string TokensPerSecond = "suffix: tokens/s";
    /// <summary>Milliseconds, shown in the unit that fits: 1.62 s.</summary>
    public const string Milliseconds = "ms";
    /// <summary>A fraction shown as a percentage: 0.25 is 25%.</summary>
    public const string Fraction = "percentunit";
    /// <summary>Text, even if it consists of digits.</summary>
    public const string Text = "string";
    /// <summary>A time, shown as the time since then.</summary>
    public const string Ago = "dateTimeFromNow";
    /// <summary>A time in whole seconds.</summary>
    public const string Time = "time:YYYY-MM-DD HH:mm:ss";
    /// <summary>A time with milliseconds.</summary>
    public const string TimeWithMilliseconds = "time:YYYY-MM-DD HH:mm:ss.SSS";

    /// <summary>A number with the prefixes of scaled units, but without a unit. It shows the same as <see cref="Metric"/>, which versions before 11 do not know.</summary>
    internal const string ScaledNumber = "si:";

    /// <summary>Money in the currency of its dashboard. It is not a unit of Grafana. Dashboards of the catalog are written with <see cref="Currency"/>.</summary>
    internal const string Money = "money";

    /// <summary>The prefixes of custom units: text before or after the value, a time format, a scaled unit, a count, a currency.</summary>
    private static readonly string[] Prefixes = ["prefix:", "suffix:", "time:", "si:", "count:", "currency:"];

    // From the list of units that Grafana publishes with its schemas.
    private static readonly HashSet<string> Ids = [.. """
        none string short sishort percent percentunit humidity dB candela hex0x hex sci locale pixel accMS2 accFS2 accG degree radian grad arcmin
        arcsec areaM2 areaF2 areaMI2 acres hectares flops mflops gflops tflops pflops eflops zflops yflops ppm conppb conngm3 conngNm3 conμgm3
        conμgNm3 conmgm3 conmgNm3 congm3 congNm3 conmgdL conmmolL currencyUSD currencyGBP currencyEUR currencyJPY currencyRUB currencyUAH currencyBRL
        currencyDKK currencyISK currencyNOK currencySEK currencyCZK currencyCHF currencyPLN currencyBTC currencymBTC currencyμBTC currencyZAR
        currencyINR currencyKRW currencyIDR currencyPHP currencyVND currencyTRY currencyMYR currencyXPF currencyBGN currencyPYG currencyUYU
        currencyILS bytes decbytes bits decbits kbytes deckbytes mbytes decmbytes gbytes decgbytes tbytes dectbytes pbytes decpbytes pps binBps Bps
        binbps bps KiBs Kibits KBs Kbits MiBs Mibits MBs Mbits GiBs Gibits GBs Gbits TiBs Tibits TBs Tbits PiBs Pibits PBs Pbits dateTimeAsIso
        dateTimeAsIsoNoDateIfToday dateTimeAsUS dateTimeAsUSNoDateIfToday dateTimeAsLocal dateTimeAsLocalNoDateIfToday dateTimeAsSystem
        dateTimeFromNow watt kwatt megwatt gwatt mwatt Wm2 voltamp kvoltamp voltampreact kvoltampreact watth watthperkg kwatth kwattm mwatth amph
        kamph mamph joule ev amp kamp mamp volt kvolt mvolt dBm mohm ohm kohm Mohm farad µfarad nfarad pfarad ffarad henry mhenry µhenry lumens
        flowgpm flowcms flowcfs flowcfm litreh flowlpm flowmlpm lux forceNm forcekNm forceN forcekN Hs KHs MHs GHs THs PHs EHs massmg massg masslb
        masskg masst lengthmm lengthin lengthft lengthm lengthkm lengthmi pressurembar pressurebar pressurekbar pressurepa pressurehpa pressurekpa
        pressurehg pressurepsi radbq radci radgy radrad radsv radmsv radusv radrem radexpckg radr radsvh radmsvh radusvh rotrpm rothz rotkhz rotmhz
        rotghz rotrads rotdegs celsius fahrenheit kelvin hertz ns µs ms s m h d dtdurationms dtdurations dthms dtdhms timeticks clockms clocks cps ops
        reqps rps wps iops eps mps recps rowsps cpm opm reqpm rpm wpm epm mpm recpm rowspm velocityms velocitykmh velocitymph velocityknot mlitre
        litre m3 Nm3 dm3 gallons bool bool_yes_no bool_on_off
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Whether Grafana supports a unit: one of its ids, or a custom unit such as <c>suffix: tokens</c>. Any other text is shown after the value.</summary>
    public static bool IsKnown(string unit) =>
        Ids.Contains(unit) || unit == ScaledNumber || Prefixes.Any(prefix => unit.StartsWith(prefix, StringComparison.Ordinal) && unit.Length > prefix.Length);

    /// <summary>The codes of the currencies for which Grafana has a symbol, sorted.</summary>
    public static IReadOnlyList<string> Currencies { get; } =
        [.. Ids.Where(id => id.StartsWith("currency", StringComparison.Ordinal) && id.Length == "currencyUSD".Length).Select(id => id[^3..]).Order(StringComparer.Ordinal)];

    /// <summary>The unit of money: with Grafana's symbol of the currency, or with its code.</summary>
    public static string Currency(string code)
    {
        string written = code.ToUpperInvariant();
        return Ids.Contains($"currency{written}") ? $"currency{written}" : $"prefix:{written} ";
    }

    /// <summary>The known unit that is most similar to a text; null if none is similar.</summary>
    internal static string? Nearest(string text) => Spelling.Nearest(text, Ids);
}
