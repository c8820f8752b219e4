using System.Globalization;

namespace TokenDashboard.Tests.Grafana.Catalog;

public class CatalogPanelTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    internal static readonly string[] OddNames =
        ["O'Brien", "a,b", "100%", "", "Łukasz 💡", "say \"hi\"", "TRUE", "a$b", "{x}", "back\\slash"];


    public static TheoryData<string> Panels => [.. CatalogView.Titles];

    [Theory]
    [MemberData(nameof(Panels))]
    public void A_panel_shows_nothing_or_zero_on_an_empty_store(string title)
    {
        using TestStore store = Stored();

        QueryResult result = Day().Panel(store, title);

        AssertNothing(result);
    }

    [Theory]
    [MemberData(nameof(Panels))]
    public void A_panel_ignores_requests_outside_the_time_range(string title)
    {
        using TestStore store = Stored(At("2026-03-05T12:00:00"), At("2026-03-01T12:00:00"));

        QueryResult result = Day().Panel(store, title);

        AssertNothing(result);
    }

    [Theory]
    [MemberData(nameof(Panels))]
    public void Every_panel_shows_a_nonzero_value(string title)
    {
        using TestStore store = CatalogView.StoredWithPrices(
            At("2026-03-02T12:00:00"),
            At("2026-03-04T12:00:00") with { Model = "unpriced" },
            At("2026-03-04T12:00:00") with { Success = 0L, Transaction = "t", Detail = [4L, 0L, 2L, null] },
            At("2026-03-04T12:00:00") with { Completion = 0L, Total = 0L, Transaction = "t" },
            At("2026-03-03T12:00:00") with { Total = 60L });

        QueryResult result = Day().Panel(store, title);

        Assert.Contains(result.Rows.SelectMany(row => row), value => value is long and not 0 or double and not 0);
    }

    [Theory]
    [MemberData(nameof(Panels))]
    public void Damaged_values_do_not_break_a_panel(string title)
    {
        object?[] damaged = [null, "text", -1L, 2.5, long.MaxValue, double.PositiveInfinity, Array.Empty<byte>()];
        using TestStore store = Stored(
        [
            At("2026-03-04T12:00:00"),
            .. damaged.Select(value => At("2026-03-04T12:00:00") with
            {
                Prompt = value, Completion = value, Total = value, Duration = value, Success = value, Transaction = "t",
            }),
            .. damaged.Select(value => At("2026-03-04T12:00:00") with { Timestamp = value ?? "" }),
            At("2026-03-04T12:00:00") with { User = null, Model = null, Provider = null, RequestType = null, Transaction = null },
        ]);

        QueryResult result = Day().Panel(store, title);

        Assert.All(result.Rows.SelectMany(row => row).OfType<double>(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Every_panel_limits_its_rows_when_names_are_numerous()
    {
        using TestStore store = CatalogView.StoredWithPrices(Enumerable.Range(0, 2000).Select(n => At($"2026-03-04T{n / 60 % 24:00}:{n % 60:00}:00") with
        {
            User = $"user-{n}", Model = $"model-{n}", Provider = $"provider-{n}", Transaction = $"transaction-{n}",
            Detail = [1L, 0L, 1L, null], Success = n % 2L, Completion = n % 3 == 0 ? 0L : 5L, Total = n % 3 == 0 ? 0L : 15L,
        }));

        Assert.All(Day().Panels(store, CatalogView.Titles), panel => Assert.InRange(panel.Rows.Count, 1, 1100));
    }

    [Fact]
    public void The_time_range_includes_its_start_and_excludes_its_end()
    {
        using TestStore store = Stored(
            At("2026-03-03T23:59:59.999999"), At("2026-03-04T00:00:00"),
            At("2026-03-04T23:59:59.999999"), At("2026-03-05T00:00:00"));

        Assert.Equal([2], Day().Panel(store, "Totals").Column<long>("Requests"));
        Assert.Equal(20, Day().Panel(store, "Token usage over time").Column<long>("Prompt tokens").Sum());
        Assert.Equal(30, Day().Panel(store, "Token usage per user over time").Column<long?>("tokens").Sum());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_user_with_any_name_can_be_selected(bool escapesDoubleQuotes)
    {
        using TestStore store = Stored(OddNames.Select((name, index) => At("2026-03-04T12:00:00") with { User = name, Total = 100L + index }));
        IReadOnlyList<string> offered = Day().Options(store, "user");

        Assert.Equal(OddNames.Select(Shown).Order(), offered.Order());
        Assert.All(OddNames, (name, index) =>
        {
            var view = new CatalogView(Noon.AddHours(-1), Noon.AddHours(1)) { EscapesDoubleQuotes = escapesDoubleQuotes };
            view.Chosen["user"] = [Shown(name)];
            Assert.Equal(new() { [Shown(name)] = 100L + index }, view.Panel(store, "Total tokens per user").By<long>("User", "Tokens"));
        });
    }

    [Fact]
    public void Names_that_cannot_be_selected_are_counted_but_not_offered()
    {
        string[] names = ["$__all", "a $__from", "$__unixEpochGroupSeconds(x, 1)", "b\0c"];
        using TestStore store = Stored(
            [At("2026-03-04T12:00:00"), .. names.Select(name => At("2026-03-04T12:00:00") with { User = name, Model = name, Provider = name })]);

        Assert.Equal(["ann"], Day().Options(store, "user"));
        Assert.Equal(["ann"], Day().Options(store, "row_user"));
        Assert.Equal(["gpt"], Day().Options(store, "model"));
        Assert.Equal(["openai"], Day().Options(store, "provider"));
        Assert.Equal([5], Day().Panel(store, "Totals").Column<long>("Requests"));
    }

    [Fact]
    public void Requests_without_a_user_are_counted_when_all_users_are_selected()
    {
        using TestStore store = Stored(
            At("2026-03-04T12:00:00") with { User = null }, At("2026-03-04T12:00:00") with { User = "" }, At("2026-03-04T12:00:00"));

        QueryResult totals = Day().Panel(store, "Totals");

        Assert.Equal([3], totals.Column<long>("Requests"));
        Assert.Equal([1], totals.Column<long>("Users"));
        Assert.Equal(new() { ["(none)"] = 30, ["ann"] = 15 }, Day().Panel(store, "Total tokens per user").By<long>("User", "Tokens"));
    }

    [Fact]
    public void Only_models_of_the_selected_providers_are_offered()
    {
        using TestStore store = Stored(
            At("2026-03-04T12:00:00"),
            At("2026-03-04T12:00:00") with { Model = "claude", Provider = "anthropic" },
            At("2026-03-04T12:00:00") with { Model = null, Provider = null });
        CatalogView view = Day();

        Assert.Equal(["(none)", "claude", "gpt"], view.Options(store, "model").Order());
        Assert.Equal(["(none)", "anthropic", "openai"], view.Options(store, "provider").Order());
        view.Chosen["provider"] = ["anthropic", "(none)"];
        Assert.Equal(["(none)", "claude"], view.Options(store, "model").Order());
    }

    [Fact]
    public void Names_equal_to_placeholders_are_kept_separate()
    {
        using TestStore store = Stored([
            At("2026-03-04T12:00:00") with { User = null, Model = null, Total = 1L }, At("2026-03-04T12:00:00") with { User = "(none)", Model = "(none)", Total = 200L },
            At("2026-03-04T12:00:00") with { User = "(other)", Model = "(other)", Total = 300L },
            .. Enumerable.Range(1, 15).Select(n => At("2026-03-04T12:00:00") with { User = $"user-{n:00}", Total = 10L + n })]);
        CatalogView view = Day();

        Dictionary<string, long> bars = view.Panel(store, "Total tokens per user").By<long>("User", "Tokens");
        QueryResult series = view.Panel(store, "Token usage per user over time");

        // (other) combines the three smallest users.
        Assert.Equal((200, 300, 1 + 11 + 12), (bars["((none))"], bars["((other))"], bars["(other)"]));
        Assert.Equal(300, series.Column<long?>("tokens").Max());
        Assert.Equal(18, view.Panel(store, "Totals").Column<long>("Users")[0] + 1);
        Assert.Equal(["((none))", "((other))", "(none)"], view.Options(store, "user").Where(user => user.StartsWith('(')).Order(StringComparer.Ordinal));
        foreach ((string chosen, long tokens) in new[] { ("(none)", 1L), ("((none))", 200L), ("((other))", 300L) })
        {
            view.Chosen["user"] = [chosen];
            Assert.Equal([tokens], view.Panel(store, "Totals").Column<long>("Total tokens"));
        }
    }

    [Fact]
    public void Panels_show_the_top_users_and_combine_the_others()
    {
        using TestStore store = Stored(Enumerable.Range(1, 2000).Select(n =>
            At("2026-03-04T12:00:00") with { User = $"user-{n:0000}", Total = (long)n }));
        const long All = 2000 * 2001 / 2;

        QueryResult bars = Day().Panel(store, "Total tokens per user");
        QueryResult series = Day().Panel(store, "Token usage per user over time");
        QueryResult table = Day().Panel(store, "Comparison between users");

        Assert.Equal([.. Enumerable.Range(0, 15).Select(n => $"user-{2000 - n}"), "(other)"], bars.Column<string>("User"));
        Assert.Equal(All, bars.Column<long>("Tokens").Sum());
        Assert.Equal(11, series.Column<string>("user").Distinct().Count());
        Assert.Equal(All, series.Column<long?>("tokens").Sum());
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => $"user-{2000 - n:0000}"), table.Column<string>("User"));
        Assert.Equal(2000.0 / All, table.Column<double>("Share")[0], 9);
        Assert.Equal(2000, Day().Options(store, "user").Count);
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(24, 900)]
    [InlineData(24 * 7, 10_800)]
    [InlineData(24 * 90, 86_400)]
    [InlineData(24 * 365, 86_400)]
    public void The_automatic_bucket_grows_with_the_time_range(int hours, long seconds)
    {
        using TestStore store = Stored(At("2026-03-04T11:59:00"), At("2026-03-04T11:00:00"));

        // The first bucket starts with the time range and can be shorter.
        long[] times = [.. new CatalogView(Noon.AddHours(-hours), Noon).Panel(store, "Token usage over time").Column<long>("time").Skip(1)];

        Assert.Equal([seconds], times.Zip(times.Skip(1), (first, second) => second - first).Distinct());
    }

    // Grafana draws all bars with the smallest distance of two times.
    [Theory]
    [InlineData("Token usage over time", 900)]
    [InlineData("Token usage per user over time", 900)]
    [InlineData("Cost by model over time", 900)]
    [InlineData("Requests over time", 900)]
    [InlineData("Daily usage per user", 86_400)]
    public void A_bar_is_as_wide_as_its_bucket(string panel, int bucket)
    {
        using TestStore store = CatalogView.StoredWithPrices(At("2026-03-04T11:50:00"));
        // The first bucket and the first day end a minute after the start of the time range.
        foreach (DateTimeOffset from in new[] { Noon.AddDays(-1).AddMinutes(-1), Noon.AddHours(-12).AddMinutes(-1) })
        {
            QueryResult result = new CatalogView(from, Noon).Panel(store, panel);
            long[] times = [.. result.Column<long>("time")];

            Assert.All(times.Zip(times.Skip(1), (first, second) => second - first), distance => Assert.InRange(distance, bucket / 2, bucket));
            Assert.InRange(from.ToUnixTimeSeconds() - times[0], 0, bucket / 2);
            Assert.Single(result.Rows, row => row.Skip(1).Any(value => value is long and > 0 or double and > 0));
        }
    }

    [Fact]
    public void A_bucket_too_small_for_the_time_range_is_multiplied()
    {
        using TestStore store = Stored(At("2026-03-04T11:59:00"));
        var view = new CatalogView(Noon.AddYears(-1), Noon);
        view.Chosen["bucket"] = ["60"];

        IReadOnlyList<long> times = view.Panel(store, "Token usage over time").Column<long>("time");

        Assert.InRange(times.Count, 500, 1001);
        Assert.Equal(0, (times[2] - times[1]) % 60);
    }

    [Fact]
    public void Daily_buckets_start_at_midnight_in_the_time_zone()
    {
        using TestStore store = Stored(At("2026-03-04T18:29:59"), At("2026-03-04T18:30:00") with { Prompt = 7L });
        var view = new CatalogView(Noon.AddDays(-1), Noon.AddDays(1));
        view.Chosen["bucket"] = ["86400"];
        view.Chosen["zone"] = ["Asia/Kolkata"];

        QueryResult result = view.Panel(store, "Token usage over time");

        long midnight = new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.FromHours(5.5)).ToUnixTimeSeconds();
        // The time range contains 6.5 hours of the first day, whose bar begins half a day before the next one.
        Assert.Equal([midnight - 86_400 - 43_200, midnight - 86_400, midnight], result.Column<long>("time"));
        Assert.Equal([0, 10, 7], result.Column<long>("Prompt tokens"));
    }

    [Fact]
    public void A_negative_offset_moves_requests_to_the_previous_evening()
    {
        using TestStore store = Stored(At("2026-03-04T00:30:00"));
        CatalogView view = Day();
        view.Chosen["zone"] = ["America/St_Johns"];

        QueryResult week = view.Panel(store, "Weekly usage pattern");

        Assert.Equal(15, week.By<long>("Day", "21")["Tue"]);
        Assert.Equal(15, view.Panel(store, "Daily usage pattern").By<long?>("Hour", "Tokens")["21"]);
    }

    [Fact]
    public void A_heatmap_of_one_hour_contains_its_day_and_the_previous_day()
    {
        using TestStore store = Stored(At("2026-03-04T12:10:00"));
        var view = new CatalogView(Noon, Noon.AddHours(1));
        view.Chosen["zone"] = ["Asia/Kolkata"];

        QueryResult result = view.Panel(store, "Usage by day and hour");

        long midnight = new DateTimeOffset(2026, 3, 5, 0, 0, 0, TimeSpan.FromHours(5.5)).ToUnixTimeSeconds();
        Assert.Equal([midnight - 86_400, midnight], result.Column<long>("time"));
        Assert.Equal([null, 15L], result.Column<long?>("17:00"));
        Assert.Equal(25, result.Columns.Length);
    }

    [Theory]
    [InlineData("2026-10-24T22:30:00", "2026-10-25T22:30:00", "2026-10-25T23:00Z")]
    [InlineData("2026-03-28T23:30:00", "2026-03-29T21:30:00", "2026-03-29T22:00Z")]
    public void A_day_with_a_clock_change_ends_at_local_midnight(string first, string last, string end)
    {
        using TestStore store = Stored(At(first), At(last));
        var view = new CatalogView(DateTimeOffset.Parse(first + "Z").AddDays(-1), DateTimeOffset.Parse(last + "Z").AddDays(1));
        view.Chosen["zone"] = ["Europe/Berlin"];

        Assert.Equal(DateTimeOffset.Parse(end).ToUnixTimeSeconds(), view.Panel(store, "Usage by day and hour").Column<long>("time")[^1]);
    }

    [Fact]
    public void Buckets_end_now_unless_later_requests_exist()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        using TestStore past = Stored(At(Text(now.AddHours(-1))));
        using TestStore future = Stored(At(Text(now.AddHours(-1))), At(Text(now.AddHours(5))));
        var view = new CatalogView(now.AddHours(-12), now.AddHours(12));

        Assert.True(view.Panel(past, "Cumulative usage per user").Column<long>("time")[^1] <= DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(20, view.Panel(future, "Token usage over time").Column<long>("Prompt tokens").Sum());
    }

    [Fact]
    public void A_user_is_compared_with_the_previous_period_of_equal_length()
    {
        using TestStore store = Stored(
            At("2026-03-02T23:59:59") with { User = "too early" },
            At("2026-03-03T00:00:00") with { User = "grows", Total = 100L },
            At("2026-03-04T00:00:00") with { User = "grows", Total = 150L },
            At("2026-03-03T12:00:00") with { User = "left", Total = 40L },
            At("2026-03-04T12:00:00") with { User = "new", Total = 50L });

        QueryResult result = Day().Panel(store, "Comparison between users");

        Assert.Equal(["grows", "new"], result.Column<string>("User"));
        Assert.Equal([0.5, null], result.Column<double?>("Change"));
        Assert.Equal([0.75, 0.25], result.Column<double?>("Share"));
        Assert.Equal([1, 1], result.Column<long>("Requests"));
        Assert.Equal(["2026-03-04T00:00:00.000000Z", "2026-03-04T12:00:00.000000Z"], result.Column<string>("Last seen"));
    }

    [Fact]
    public void The_mean_duration_ignores_invalid_durations()
    {
        using TestStore store = Stored(
            At("2026-03-04T01:00:00") with { Duration = 1.0 }, At("2026-03-04T02:00:00") with { Duration = 2.0 },
            At("2026-03-04T03:00:00") with { Duration = -5.0 }, At("2026-03-04T04:00:00") with { Duration = "soon" },
            At("2026-03-04T05:00:00") with { Duration = null });

        Assert.Equal([1.5], Day().Panel(store, "Average request duration").Column<double>("Mean duration"));
    }

    [Fact]
    public void The_newest_requests_are_selected_by_time_and_not_by_id()
    {
        using TestStore store = Stored(Enumerable.Range(0, 1200).Select(n => At($"2026-03-04T{n / 60:00}:{n % 60:00}:00.5") with { Total = n + 1L })
            .OrderBy(row => (long)row.Total! * 7919 % 1201));

        Assert.Equal(Enumerable.Range(0, 500).Select(n => 1200L - n), Day().Panel(store, "Newest requests").Column<long>("Total"));
    }

    [Fact]
    public void Load_contains_the_mean_and_peak_rates_per_minute()
    {
        using TestStore store = Stored(
            At("2026-03-04T11:59:59"), At("2026-03-04T12:00:00") with { Total = 100L }, At("2026-03-04T12:01:59") with { Total = 140L },
            At("2026-03-04T12:02:30") with { Total = 60L });
        var view = new CatalogView(Noon, Noon.AddMinutes(3));
        view.Chosen["bucket"] = ["60"];
        CatalogView begunLate = new(Noon.AddSeconds(119), Noon.AddSeconds(179));

        Assert.Equal([100.0, 140.0, 1.0, 1.0], view.Panel(store, "Load").Rows[0].Cast<double>());
        // The time range contains one second of the first bucket and 59 of the second. A peak uses whole minutes for both, but is at least the mean.
        Assert.Equal([200.0, 200.0, 2.0, 2.0], begunLate.Panel(store, "Load").Rows[0].Cast<double>());
    }

    [Fact]
    public void Load_is_computed_until_now_if_the_time_range_ends_later()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using TestStore store = Stored(At(now.AddMinutes(-30).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)) with { Total = 6000L });

        double mean = (double)new CatalogView(now.AddHours(-1), now.AddHours(9)).Panel(store, "Load").Rows[0][0]!;

        Assert.InRange(mean, 60, 101);
    }

    [Fact]
    public void The_newest_request_is_taken_from_the_time_range()
    {
        using TestStore store = Stored(At("2026-03-04T11:00:00.25"), At("2026-03-04T12:00:00.75"), At("2026-03-05T12:00:00"));

        Assert.Equal([Noon.ToUnixTimeMilliseconds()], Day().Panel(store, "Newest request").Column<long>("Newest request"));
    }

    [Fact]
    public void Shares_of_cached_and_reasoning_tokens_include_requests_without_details()
    {
        using TestStore store = Stored(
            At("2026-03-04T12:00:00") with { Prompt = 60L, Completion = 20L, Detail = [30L, 0L, 5L, null] },
            At("2026-03-04T12:00:00") with { Prompt = 40L, Completion = 30L },
            At("2026-03-04T12:00:00") with { Model = "none cached", Completion = 10L, Detail = [0L, null, null, null] },
            At("2026-03-04T12:00:00") with { Model = "unknown" });

        Assert.Equal(new() { ["gpt"] = 0.3, ["none cached"] = 0 }, Day().Panel(store, "Cache efficiency").By<double>("Model", "Cached tokens"));
        Assert.Equal([30.0 / 120], Day().Panel(store, "Prompt cache").Column<double>("Cached prompt tokens"));
        Assert.Equal(new() { ["gpt"] = 0.1 }, Day().Panel(store, "Reasoning").By<double>("Model", "Reasoning tokens"));
    }

    [Fact]
    public void Top_transactions_have_the_most_tokens()
    {
        using TestStore store = Stored(
            [At("2026-03-04T12:00:00"), .. Enumerable.Range(0, 24).Select(n => At($"2026-03-04T12:00:{n:00}") with { Transaction = $"t{n / 2:00}", User = $"u{n}", Total = n + 1L })]);

        QueryResult top = Day().Panel(store, "Top transactions");

        Assert.Equal(Enumerable.Range(2, 10).Reverse().Select(n => ($"t{n:00}", $"u{(n * 2) + 1}", (n * 4L) + 3, 2L)), top.Column<string>("Transaction").Select((name, row) =>
            (name, top.Column<string>("User")[row], top.Column<long>("Tokens")[row], top.Column<long>("Requests")[row])));
        Assert.Equal("2026-03-04T12:00:23.000000Z", top.Column<string>("Last request")[0]);
    }

    [Fact]
    public void Totals_are_compared_with_the_previous_period_of_equal_length()
    {
        using TestStore store = Stored(
            At("2026-03-02T12:00:00"),
            At("2026-03-03T12:00:00") with { Total = 100L, Success = 0L },
            At("2026-03-03T13:00:00") with { Total = 100L, User = "bob" },
            At("2026-03-04T12:00:00") with { Total = 150L });

        QueryResult changes = Day().Panel(store, "Change from the previous period");

        Assert.Equal([-0.25, -0.5, -0.5, -0.5, -0.5, -1.0, 0.5], changes.Rows[0].Take(7).Cast<double>());
        Assert.Null(changes.Rows[0][7]);
        Assert.Equal(Day().Panel(store, "Totals").Columns, changes.Columns);
    }

    [Fact]
    public void Cumulative_tokens_end_at_the_totals_of_both_periods()
    {
        using TestStore store = Stored(
            At("2026-03-02T00:00:00"), At("2026-03-03T00:00:00") with { Total = 7L }, At("2026-03-03T23:59:59") with { Total = 1L },
            At("2026-03-04T00:00:00") with { Total = 4L }, At("2026-03-04T23:59:59") with { Total = 9L });

        QueryResult result = Day().Panel(store, "Cumulative tokens");

        Assert.Equal((4, 13), (result.Column<long>("This period")[0], result.Column<long>("This period")[^1]));
        Assert.Equal((7, 8), (result.Column<long>("Previous period")[0], result.Column<long>("Previous period")[^1]));
    }

    [Fact]
    public void Percentiles_use_the_nearest_rank()
    {
        using TestStore store = Stored(Enumerable.Range(1, 200).Select(n => At("2026-03-04T12:00:00") with { Duration = (double)n }));

        Assert.Equal([100.0, 190.0, 198.0], Day().Panel(store, "Request duration over time").Rows.Single().Skip(1).Cast<double>());
        Assert.Equal([100.0, 190.0, 198.0], Day().Panel(store, "Request duration by model").Rows.Single().Skip(1).Cast<double>());
        Assert.Equal([190.0], Day().Panel(store, "Comparison between users").Column<double>("p95 duration"));
    }

    [Fact]
    public void The_main_model_has_the_most_tokens_in_the_time_range()
    {
        using TestStore store = Stored(
            At("2026-03-03T12:00:00") with { Model = "before", Total = 900L },
            At("2026-03-04T12:00:00") with { Model = "often", Total = 1L }, At("2026-03-04T12:00:00") with { Model = "often", Total = 1L },
            At("2026-03-04T12:00:00") with { Model = "large", Total = 3L });

        Assert.Equal(["large"], Day().Panel(store, "Comparison between users").Column<string>("Main model"));
    }

    [Fact]
    public void A_repeated_row_offers_selected_users_and_shows_one_user()
    {
        using TestStore store = Stored(OddNames.Select((name, index) => At("2026-03-04T12:00:00") with { User = name, Total = 100L + index }));

        Assert.Equal(OddNames.Select(Shown).Order(), Day().Options(store, "row_user").Order());
        Assert.All(OddNames, (name, index) =>
        {
            CatalogView view = Day();
            view.Chosen["row_user"] = [Shown(name)];
            Assert.Equal([100L + index], view.Panel(store, "Totals of the user").Column<long>("Total tokens"));
            view.Chosen["user"] = [Shown(name)];
            Assert.Equal([Shown(name)], view.Options(store, "row_user"));
        });
    }

    [Fact]
    public void Requests_are_filtered_by_transaction_and_size()
    {
        string[] transactions = ["t1", "O'Brien", "say \"hi\"", ""];
        using TestStore store = Stored(transactions.Select((name, index) => At("2026-03-04T12:00:00") with { Transaction = name, Total = 100L + index }));
        CatalogView view = Day();

        Assert.Equal(4, view.Panel(store, "Newest requests").Rows.Count);
        Assert.Equal(3, view.Panel(store, "Transactions with most tokens").Rows.Count);
        Assert.All(transactions[..3], (name, index) =>
        {
            view.Chosen["transaction"] = [name];
            Assert.Equal([100L + index], view.Panel(store, "Newest requests").Column<long>("Total"));
        });
        view.Chosen.Remove("transaction");
        view.Chosen["min_tokens"] = ["102"];
        Assert.Equal([103, 102], view.Panel(store, "Largest requests").Column<long>("Total"));
        view.Chosen["min_tokens"] = ["rubbish'"];
        Assert.Equal(4, view.Panel(store, "Largest requests").Rows.Count);
    }

    [Fact]
    public void Histograms_count_each_request_once()
    {
        using TestStore store = Stored(
            At("2026-03-04T12:00:00") with { Total = 99L, Duration = 98.0 }, At("2026-03-04T12:00:00") with { Total = 100L, Duration = 100.0 },
            At("2026-03-04T12:00:00") with { Total = 5_000_000L, Duration = 1e9 }, At("2026-03-04T12:00:00") with { Total = 1L, Duration = null });

        Dictionary<string, long> durations = Day().Panel(store, "Requests by duration").By<long>("Duration from", "Requests");
        Dictionary<string, long> sizes = Day().Panel(store, "Requests by size").By<long>("Tokens from", "Requests");

        Assert.Equal((1, 1, 1, 3), (durations["0 s"], durations["0.1 s"], durations["60 s"], durations.Values.Sum()));
        Assert.Equal((2, 1, 1, 4), (sizes["1"], sizes["100"], sizes["100 k"], sizes.Values.Sum()));
    }

    [Fact]
    public void Model_measures_include_all_requests_of_the_model()
    {
        using TestStore store = Stored(
            At("2026-03-04T12:00:00") with { Prompt = 30L, Completion = 10L, Duration = 500.0, Success = 0L },
            At("2026-03-04T13:00:00") with { Prompt = 30L, Completion = 20L, Duration = 1500.0 });

        Assert.Equal([15.0], Day().Panel(store, "Speed of generation").Column<double>("Tokens per second"));
        Assert.Equal([2.0], Day().Panel(store, "Prompt to completion").Column<double>("Prompt tokens per completion token"));
        Assert.Equal([1L], Day().Panel(store, "Policy failures by model").Column<long>("Policy failures"));
        QueryResult models = Day().Panel(store, "Comparison between models");
        Assert.Equal(["2026-03-04T12:00:00.000000Z"], models.Column<string>("First seen"));
        Assert.Equal(["2026-03-04T13:00:00.000000Z"], models.Column<string>("Last seen"));
    }

    // Buckets without requests have a time, too.
    private static void AssertNothing(QueryResult result)
    {
        int time = Array.IndexOf(result.Columns, "time");
        Assert.All(result.Rows.SelectMany(row => row.Where((_, column) => column != time)), value => Assert.True(value is null or 0L));
    }

    private static TestStore Stored(params IEnumerable<TestStore.Row> rows) => CatalogView.Stored(rows);

    private static TestStore.Row At(string timestamp) => new() { Timestamp = timestamp, User = "ann", Model = "gpt" };

    private static CatalogView Day() => new(Noon.AddHours(-12), Noon.AddHours(12));

    private static string Shown(string name) => name.Length == 0 ? "(none)" : name;
}
