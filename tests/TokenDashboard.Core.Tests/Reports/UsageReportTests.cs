using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Reports;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Reports;

public partial class UsageReportTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly UsagePrices Prices = new(TestPrices.Shipped);
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-12-01T12:00Z");

    private static readonly string[] HostileNames =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "&amp; & &lt;", "]]> --> <!--", "a|b\\|c\\\\|d", "`", "`` ` ```", "# @all ![x](y)",
        "tab\there\nand\rthere\0", "\u202Eturned\u2028", "\uFFFE\uFFFF", "lone \uD83D", "名前 😀", new string('x', 300), " ", "",
    ];

    [Fact]
    public void The_figures_of_a_report_match_the_queries() => RandomStore.Row.Array[1, 60].ForAll(
        rows =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            ITelemetryStore[] stores = [new SqliteStore(open)];
            var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-01-01T00:00Z"), Now) };
            TokenUsage all = new UsageQuery([], Berlin) { Prices = Prices }.Run(stores, filter).Rows[0];

            XElement html = Html(new UsageReportQuery(stores, filter, Berlin, Now) { Prices = Prices });

            Assert.Equal(all.TotalTokens.ToString("N0", CultureInfo.InvariantCulture), Figure(html, "Tokens"));
            Assert.Equal(all.Requests.ToString("N0", CultureInfo.InvariantCulture), Figure(html, "Requests"));
            foreach (string section in all.Requests == 0 ? [] : new[] { "tokens", "models", "users" })
            {
                Assert.Equal(all.TotalTokens, Column(html, section, "Tokens").Sum());
                Assert.Equal(all.Requests, Column(html, section, "Requests").Sum());
            }
            Assert.Equal(all.UnpricedTokens, Column(html, "unpriced", "Tokens").Sum());
        },
        iter: 30);

    [Fact]
    public void Tables_add_up_with_a_row_for_the_other_entries()
    {
        XElement html = Html(Enumerable.Range(0, 500).Select(i => new TestStore.Row { User = $"user{i % 250}", Model = $"model{i % 40}", Prompt = (long)i, Completion = 1L, Total = i + 1L }));

        Assert.Equal(125250, Column(html, "users", "Tokens").Sum());
        Assert.Equal(125250, Column(html, "models", "Tokens").Sum());
        Assert.Equal(125250, Column(html, "unpriced", "Tokens").Sum());
        Assert.Equal(["235 other users"], Section(html, "users").Descendants("em").Select(word => word.Value));
        Assert.Equal("250", Figure(html, "Users"));
    }

    [Fact]
    public void A_report_is_the_same_in_any_culture_and_at_later_times()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(1, 28).Select(day => new TestStore.Row { Timestamp = $"2026-02-{day:00}T10:00:00", User = $"user{day}" }));
        using TokenStore open = store.Open();
        var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-02-01T00:00Z"), DateTimeOffset.Parse("2026-03-01T00:00Z")) };
        string[] Texts(DateTimeOffset now) =>
            [.. Enum.GetValues<ReportFormat>().Select(format => new UsageReportQuery([new SqliteStore(open)], filter, Berlin, now) { Prices = Prices }.Run().ToText(format))];
        CultureInfo culture = CultureInfo.CurrentCulture;
        string[] first = Texts(Now);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal(first, Texts(Now.AddYears(1)));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void The_chart_contains_all_requests_of_a_range_ending_in_the_future()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-11-30T10:00:00" }, new TestStore.Row { Timestamp = "2026-12-03T10:00:00" });
        using TokenStore open = store.Open();

        UsageReport report = new UsageReportQuery(
            [new SqliteStore(open)], new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-11-29T23:00Z"), DateTimeOffset.Parse("2026-12-31T23:00Z")) }, Berlin, Now).Run();

        Assert.Equal(("2026-11-30 00:00 to 2027-01-01 00:00 (Europe/Berlin)", 30), (report.Range, report.Tokens.Series.Sum(series => series.Values.Sum())));
        Assert.Equal([false, true, true, true], report.Buckets.Select(bucket => bucket.IsPartial));
    }

    [Fact]
    public void Requests_stored_during_a_report_are_left_out()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { User = "a" });
        using TokenStore open = store.Open();
        ITelemetryStore live = new SqliteStore(open);
        live.LeaveOutNew();

        store.Insert(new TestStore.Row { User = "b" });

        Assert.Equal((1L, 1), (new UsageQuery([], Berlin).Run([live], new RequestFilter()).Rows[0].Requests, new RequestQuery([live], new RequestFilter()).Run(0, 10).Count()));
    }

    [Fact]
    public void Without_rollups_requests_are_read_three_times_and_those_of_the_previous_period_once()
    {
        const int Hours = 30 * 24;
        using var store = new TestStore();
        store.Insert(Enumerable.Range(1, (2 * Hours) + 1).Reverse().Select(hour => new TestStore.Row
        {
            Timestamp = Now.UtcDateTime.AddHours(-hour).ToString("s", CultureInfo.InvariantCulture), Model = $"model{hour % 3}",
        }));
        using TokenStore open = store.Open();
        ITelemetryStore read = new SqliteStore(open);
        long requests = 0;
        read.ReportReads(all => requests = all);
        var filter = new RequestFilter { Range = new TimeRange(Now.AddHours(-Hours), Now) };

        UsageReport report = new UsageReportQuery([read], filter, Berlin, Now) { Prices = Prices }.Run();

        // Single requests are also read to check whether there are any.
        Assert.InRange(requests, 4 * Hours, (4 * Hours) + 10);
        Assert.Equal((Hours, Hours), (report.Summary.Requests, report.Summary.PreviousRequests));
    }

    [Fact]
    public void Weeks_begin_on_the_requested_day()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-07-05T10:00:00" }, new TestStore.Row { Timestamp = "2026-07-06T10:00:00" });
        using TokenStore open = store.Open();

        UsageReport report = new UsageReportQuery(
            [new SqliteStore(open)], new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-05-01T00:00Z"), Now) }, TimeZoneInfo.Utc, Now) { FirstDayOfWeek = DayOfWeek.Sunday }.Run();

        int week = Assert.Single(Enumerable.Range(0, report.Buckets.Count), index => report.Buckets[index].Label == "2026-07-05");
        Assert.Equal((30, DayOfWeek.Sunday, DayOfWeek.Saturday), (report.Tokens.Series[0].Values[week], report.Week.Days[0].Day, report.Week.Days[6].Day));
        Assert.Equal((15, 15), (report.Week.Days[0].Tokens[10], report.Week.Days[1].Tokens[10]));
    }

    [Fact]
    public void Missing_removed_requests_are_reported()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-01T10:00:00" }, new TestStore.Row { Timestamp = "2026-03-09T10:00:00" });
        using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
            remover.Remove(DateTimeOffset.Parse("2026-03-05T00:00Z"));
        using TokenStore open = store.Open();
        string Text(long leastTokens) => new UsageReportQuery([new SqliteStore(open)], new RequestFilter { MinTokens = leastTokens }, Berlin, Now).Run().UnreadableText;

        Assert.DoesNotContain(UnreadableReport.RemovedText, Text(0), StringComparison.Ordinal);
        Assert.Contains(UnreadableReport.RemovedText, Text(1), StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_names_are_shown_as_text()
    {
        XElement html = Html(HostileNames.Select(name => new TestStore.Row { User = name, Model = name, Provider = name }), title: HostileNames[0], filter: new RequestFilter { User = HostileNames });

        Assert.DoesNotContain(html.Descendants(), element => element.Name.LocalName is "script" or "img" or "a" or "iframe" or "link");
        Assert.DoesNotContain(html.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name.LocalName is "href" or "src");
        Assert.Contains(HostileNames[0], Section(html, "users").Descendants("th").Select(cell => cell.Value));
        Assert.Equal(HostileNames[0], html.Descendants("h1").Single().Value);
        Assert.DoesNotContain(html.Value, character => char.IsControl(character) && character != '\n');
    }

    [Fact]
    public void Hostile_names_do_not_break_Markdown_tables_or_code_spans()
    {
        string text = Report(HostileNames.Select(name => new TestStore.Row { User = name, Model = name, Provider = name }), format: ReportFormat.Markdown);

        string[][] tables = [.. text.Split("\n\n").Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(lines => lines[0].StartsWith('|'))];
        Assert.Equal(5, tables.Length);
        Assert.All(tables, table => Assert.Single(table.Select(row => UnescapedBar().Count(row)).Distinct()));
        // Text outside code spans is our own.
        Assert.All(text.Split('\n'), line => Assert.DoesNotMatch("[<@`]", CodeSpan().Replace(line.Replace("<!-- TokenDashboard -->", "", StringComparison.Ordinal), "")));
    }

    [Theory]
    [InlineData("nothing at all")]
    [InlineData("an empty range")]
    [InlineData("one request")]
    [InlineData("nothing priced")]
    [InlineData("no price list")]
    [InlineData("no durations")]
    [InlineData("no tokens")]
    [InlineData("two currencies")]
    [InlineData("an hour")]
    [InlineData("two thousand years")]
    [InlineData("only the future")]
    [InlineData("one removed day")]
    public void Every_case_gives_a_well_formed_page(string what)
    {
        TestStore.Row row = new() { Provider = "openai" };
        RequestFilter In(string since, string until) => new() { Range = new TimeRange(DateTimeOffset.Parse(since + "Z"), DateTimeOffset.Parse(until + "Z")) };
        UsagePrices two = new(TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: own
                models:
                  - id: gpt-4o
                    match: {equals: gpt-4o}
                    prices: {input_mtok: 1, output_mtok: 2}
            """));
        string text = what switch
        {
            "nothing at all" => Report([]),
            "an empty range" => Report([row], filter: In("2020-01-01", "2020-02-01")),
            "one request" => Report([row]),
            "nothing priced" => Report([row with { Model = "own" }]),
            "no price list" => Report([row], hasPrices: false),
            "no durations" => Report([row with { Duration = null }]),
            "no tokens" => Report([row with { Prompt = 0L, Completion = 0L, Total = 0L }]),
            "two currencies" => Report([row, row with { Provider = "own" }], prices: two),
            "an hour" => Report([row], filter: In("2026-03-01T11:30", "2026-03-01T12:30")),
            "two thousand years" => Report([row], filter: In("0001-01-01", "9999-12-31")),
            "only the future" => Report([row], filter: In("2027-01-01", "2027-02-01")),
            _ => Report([row with { Timestamp = "2026-10-24T12:00:00" }, row with { Timestamp = "2026-10-26T12:00:00" }], filter: In("2026-10-24", "2026-10-27")),
        };

        XElement html = Parse(text);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", text, StringComparison.Ordinal);
        Assert.Equal(
            what is not ("nothing at all" or "an empty range" or "nothing priced" or "no price list" or "no tokens" or "two currencies" or "only the future"),
            text.Contains("id=\"cost\"", StringComparison.Ordinal));
        Assert.Equal(html.Descendants().Attributes("id").Select(id => id.Value).Distinct().Count(), html.Descendants().Attributes("id").Count());
        Assert.All(html.Descendants("svg"), svg => Assert.Equal(
            [svg.Element("title")!.Attribute("id")!.Value, svg.Element("desc")!.Attribute("id")!.Value], svg.Attribute("aria-labelledby")!.Value.Split(' ')));
        Assert.All(html.Descendants("svg"), svg => Assert.NotEmpty(svg.Element("desc")!.Value));
        Assert.All(html.Descendants("table"), table => Assert.All(
            table.Descendants("tr"), line => Assert.Equal(table.Descendants("tr").First().Elements().Count(), line.Elements().Count())));
        Assert.All(html.Descendants("th"), header => Assert.NotNull(header.Attribute("scope")));
    }

    [Theory]
    [InlineData("2026-10-25T22:00Z", 72, "hour", 72)]
    [InlineData("2026-10-24T22:00Z", 74, "day", 4)]
    [InlineData("2026-08-01T22:00Z", 2400, "day", 100)]
    [InlineData("2026-01-01T23:00Z", 5000, "week", 31)]
    [InlineData("2020-01-01T00:00Z", 50000, "month", 69)]
    public void The_bucket_size_follows_the_range_and_partial_buckets_are_marked(string since, int hours, string unit, int columns)
    {
        DateTimeOffset begin = DateTimeOffset.Parse(since);
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = begin.UtcDateTime.AddMinutes(1).ToString("s", CultureInfo.InvariantCulture) });
        using TokenStore open = store.Open();

        UsageReport report = new UsageReportQuery([new SqliteStore(open)], new RequestFilter { Range = new TimeRange(begin, begin.AddHours(hours)) }, Berlin, begin.AddYears(9)).Run();

        Assert.Equal((unit, columns), (report.Unit, report.Buckets.Count));
        Assert.Equal(15, report.Tokens.Series.Sum(series => series.Values.Sum()));
        Assert.Equal(unit == "hour", !report.Buckets[^1].IsPartial);
    }

    [Fact]
    public void A_report_of_a_quarter_with_long_names_stays_small()
    {
        string html = Report(Enumerable.Range(0, 900).Select(i => new TestStore.Row
        {
            Timestamp = new DateTime(2026, 9, 1).AddHours(i * 2.4).ToString("s", CultureInfo.InvariantCulture), User = new string('u', 300) + (i % 40), Model = new string('m', 300) + (i % 20),
        }));

        Assert.InRange(Encoding.UTF8.GetByteCount(html), 50_000, 300_000);
    }

    [Theory]
    [InlineData("usage.md", ReportFormat.Markdown)]
    [InlineData("usage.HTML", ReportFormat.Html)]
    [InlineData("usage", ReportFormat.Html)]
    [InlineData(null, ReportFormat.Html)]
    public void The_file_name_determines_the_format(string? path, ReportFormat format) => Assert.Equal(format, ReportFile.FormatOf(path));

    [Theory]
    [InlineData("usage.csv")]
    [InlineData("usage.html.pdf")]
    [InlineData("usage.json")]
    public void An_unsupported_file_name_extension_is_rejected(string path) =>
        Assert.Equal(ErrorCode.ReportWriteFailed, Assert.Throws<TokenDashboardException>(() => ReportFile.FormatOf(path)).Code);

    [Fact]
    public void Only_a_report_is_replaced_without_force()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("usage.html");
        foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
            ReportFile.Write(path, Report([], format: format), force: false);
        File.WriteAllText(path, "My own.");

        Assert.Equal(ErrorCode.ReportExists, Assert.Throws<TokenDashboardException>(() => ReportFile.Write(path, "report", force: false)).Code);
        Assert.Equal("My own.", File.ReadAllText(path));
        ReportFile.Write(path, "report", force: true);
        Assert.Equal("report", File.ReadAllText(path));
        Assert.Equal(ErrorCode.ReportWriteFailed, Assert.Throws<TokenDashboardException>(() => ReportFile.Write(folder.Path, "report", force: true)).Code);
    }

    private static XElement Html(IEnumerable<TestStore.Row> rows, string title = "Token usage", RequestFilter? filter = null) => Parse(Report(rows, title, filter));

    private static XElement Html(UsageReportQuery query) => Parse(query.Run().ToText(ReportFormat.Html));

    private static XElement Parse(string html) => XDocument.Parse(html).Root!;

    private static string Report(
        IEnumerable<TestStore.Row> rows, string title = "Token usage", RequestFilter? filter = null, ReportFormat format = ReportFormat.Html, bool hasPrices = true, UsagePrices? prices = null)
    {
        using var store = new TestStore();
        store.Insert(rows);
        using TokenStore open = store.Open();
        return new UsageReportQuery([new SqliteStore(open)], filter ?? new RequestFilter(), Berlin, Now) { Title = title, Prices = hasPrices ? prices ?? Prices : null }.Run().ToText(format);
    }

    private static string Figure(XElement html, string label) => html.Descendants("dt").Single(term => term.Value == label).ElementsAfterSelf().First().Value;

    private static XElement Section(XElement html, string id) => html.Descendants("h2").Single(heading => (string?)heading.Attribute("id") == id).Parent!;

    private static IEnumerable<long> Column(XElement html, string section, string header)
    {
        XElement[] rows = [.. Section(html, section).Descendants("tr")];
        int index = rows.Length == 0 ? 0 : rows[0].Elements().Select(cell => cell.Value).ToList().IndexOf(header);
        return rows.Skip(1).Select(row => long.Parse(row.Elements().ElementAt(index).Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBar();

    [GeneratedRegex(@"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")]
    private static partial Regex CodeSpan();
}
