using TokenDashboard.Input;

namespace TokenDashboard.Pricing.Lists;

/// <summary>Reads a price list from plain values, and collects its errors. Unknown names are errors in a user's own file, and ignored in other lists.</summary>
internal sealed partial class PriceListReader(bool own)
{
    private static readonly string[] ListKeys = ["version", "date", "taken", "source", "licence", "currency", "providers", "discounts"];
    private static readonly string[] ProviderKeys = ["id", "provider_match", "model_match", "fallback_model_providers", "models"];
    private static readonly string[] ModelKeys = ["id", "match", "prices"];
    private static readonly string[] PriceKeys =
        ["input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok", "output_reasoning_mtok", "cache_write_1h_mtok", "requests_kcount"];

    private static readonly string[] ConditionKeys = ["constraint", "prices"];
    private static readonly string[] ConstraintKeys = ["type", "start_date", "start_time", "end_time"];
    private static readonly string[] DiscountKeys = ["provider", "match", "percent", "start_date", "end_date"];
    private const int LongestName = 500;

    // The work for a model grows with the product of its start dates and times of day. The included list has up to 4 prices and 1 tier.
    private const int MostPrices = 100;
    private const int MostTiers = 20;

    // A provider is looked up among all others, and a model among those of its provider. The included list has 43 providers, up to 700 models, and 45 patterns.
    private const int MostProviders = 1000;
    private const int MostModels = 10_000;
    private const int MostPatterns = 10_000;

    private int _patterns;

    /// <summary>Higher than any real rate. Sums of computed costs stay exact.</summary>
    private const decimal LargestRate = 1_000_000;

    public List<DefinitionFault> Faults { get; } = [];

    /// <summary>Called after the models of a provider were read, possibly long after the list was read.</summary>
    public Action? ModelsRead { get; set; }

    /// <summary>Reads a list of providers in the format of genai-prices, or names with values that include such a list.</summary>
    public PriceList Read(object? root, string name)
    {
        if (root is not (IEnumerable<KeyValuePair<string, object?>> or IEnumerable<object?>))
        {
            Faults.Add(new DefinitionFault("", "has no providers; it must be a list of providers, or names with values that include providers"));
            return new PriceList([], []) { Name = name };
        }
        IEnumerable<KeyValuePair<string, object?>> values =
            root as IEnumerable<KeyValuePair<string, object?>> ?? [KeyValuePair.Create("providers", (object?)root)];
        var fields = new DefinitionFields(values, ListKeys, "", Faults, "", ignoresUnknown: !own);
        string? version = fields.Text("version", 100);
        DateTimeOffset? date = Instant(fields.Text("date", 100)), taken = Instant(fields.Text("taken", 100));
        string day = date?.ToString(" (yyyy-MM-dd)", CultureInfo.InvariantCulture) ?? "";
        string title = own ? name : $"{fields.Text("source", LongestName) ?? name}{(version is null ? "" : $" {version}")}{day}";
        string currency = fields.Text("currency", 10)?.ToUpperInvariant() ?? Money.UsDollar;
        if (!CurrencyPattern().IsMatch(currency))
            fields.Fault("currency", $"is '{currency}'; it must be three letters such as USD");
        var source = new PriceSource(title, currency, own);
        var providers = new List<ListedProvider>();
        var ids = new HashSet<string>();
        foreach (DefinitionFields provider in fields.Definitions("providers", ProviderKeys, required: !own))
        {
            if (Provider(provider, source) is { } read)
            {
                if (!ids.Add(read.Id))
                {
                    provider.Fault("id", $"is '{read.Id}', which another provider also has; combine them");
                    continue;
                }
                providers.Add(read);
            }
        }
        if (providers.Count > MostProviders)
            fields.Fault("providers", $"has more than {MostProviders} providers");
        PriceDiscount[] discounts = [.. fields.Definitions("discounts", DiscountKeys).Select(Discount).OfType<PriceDiscount>()];
        // Only users' own files have discounts.
        return new PriceList(providers, own ? discounts : []) { Name = title, Version = version, Date = date, Taken = taken };
    }

    private ListedProvider? Provider(DefinitionFields fields, PriceSource source)
    {
        // Names are compared in lower case.
        string? id = own ? fields.Text("id", LongestName, required: true)?.ToLowerInvariant() : fields.Text("id", LongestName, required: true);
        MatchClause? providerMatch = Clause(fields, "provider_match"), modelMatch = Clause(fields, "model_match");
        IReadOnlyList<string> fallbacks = fields.Texts("fallback_model_providers");
        var models = new Lazy<IReadOnlyList<ListedModel>>(() =>
        {
            var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            ListedModel[] read = [.. fields.Definitions("models", ModelKeys, required: true).Select(model => Model(model, id ?? "", source, ids)).OfType<ListedModel>()];
            if (read.Length > MostModels)
                fields.Fault("models", $"has more than {MostModels} models");
            ModelsRead?.Invoke();
            return read;
        });
        return id is null ? null : new ListedProvider(id, providerMatch, modelMatch, fallbacks, models, own);
    }

    private ListedModel? Model(DefinitionFields fields, string provider, PriceSource source, HashSet<string> ids)
    {
        string? id = fields.Text("id", LongestName, required: true);
        if (own && id is not null && !ids.Add(id))
            fields.Fault("id", $"is '{id}', which another model also has; combine them");
        MatchClause? match = Clause(fields, "match", required: !own);
        if (own && !fields.Has("match") && id is not null)
            match = new MatchClause("equals", id);
        int faults = Faults.Count;
        List<ConditionalRates> prices = Prices(fields);
        if (id is null || match is null || prices.Count == 0)
            return null;
        var model = new ListedModel(provider, id, match, prices, source);
        // If a price has another error, it is unknown which prices apply.
        if (own && Faults.Count == faults)
            CheckEachApplies(model, fields);
        return model;
    }

    private static void CheckEachApplies(ListedModel model, DefinitionFields fields)
    {
        IEnumerable<DateTime> changes = model.StartDates.Prepend(DateTime.MinValue).SelectMany(day => model.TimesOfDay.Prepend(TimeSpan.Zero).Select(time => day + time));
        HashSet<object?> applied = new(changes.Select(model.At), ReferenceEqualityComparer.Instance);
        foreach ((ConditionalRates price, int index) in model.Prices.Select((price, index) => (price, index)).Where(item => !applied.Contains(item.price)))
            fields.Fault(
                $"prices[{index}]", "never applies, because the last price whose constraint includes the time applies; put one without a constraint first, and start dates in ascending order");
    }

    private List<ConditionalRates> Prices(DefinitionFields model)
    {
        if (model.Value("prices", required: true) is not { } value)
            return [];
        var prices = new List<ConditionalRates>();
        if (value is IEnumerable<KeyValuePair<string, object?>> rates)
        {
            prices.Add(new ConditionalRates(null, Rates(model, rates)));
        }
        else
        {
            foreach (DefinitionFields item in model.Definitions("prices", ConditionKeys))
            {
                PriceConstraint? constraint = Constraint(item);
                if (item.Value("prices", required: true) is IEnumerable<KeyValuePair<string, object?>> conditional)
                    prices.Add(new ConditionalRates(constraint, Rates(item, conditional)));
                else if (item.Has("prices"))
                    item.Fault("prices", "must be names with prices");
            }
            if (prices.Count > MostPrices)
                model.Fault("prices", $"has more than {MostPrices} prices");
            else if (prices.Count == 0)
                model.Fault("prices", "must be names with prices, or a list of them with constraints");
        }
        return prices;
    }

    private PriceConstraint? Constraint(DefinitionFields item)
    {
        if (item.Value("constraint") is not { } value)
            return null;
        // It is unknown when an unknown constraint holds.
        var fields = new DefinitionFields(
            value as IEnumerable<KeyValuePair<string, object?>> ?? [], ConstraintKeys, item.PathOf("constraint"), Faults);
        if (fields.Has("start_date") == (fields.Has("start_time") || fields.Has("end_time")))
        {
            item.Fault("constraint", "must be start_date, or start_time and end_time");
            return null;
        }
        return fields.Has("start_date")
            ? Day(fields, "start_date") is { } day ? new PriceConstraint(day) : null
            : Time(fields, "start_time") is { } start && Time(fields, "end_time") is { } end ? new PriceConstraint(null, start, end) : null;
    }

    private PriceRates Rates(DefinitionFields owner, IEnumerable<KeyValuePair<string, object?>> values)
    {
        DefinitionFields fields = owner.Definition("prices", values, PriceKeys);
        if (own)
        {
            // Without a rate, tokens would be unpriced although the list has a price for them.
            if (!values.Any())
                owner.Fault("prices", "has no price; a price of 0 means free");
            foreach ((string key, object? value) in values)
            {
                if (value is null or "" && PriceKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
                    fields.Fault(key, "has no value; write a number, where 0 means free, or remove it");
            }
        }
        TokenRate?[] rates = [.. PriceKeys.SkipLast(1).Select(key => Rate(fields, key))];
        foreach ((string part, string whole) in ((string, string)[])
        [
            ("cache_read_mtok", "input_mtok"), ("cache_write_mtok", "input_mtok"), ("cache_write_1h_mtok", "cache_write_mtok"), ("output_reasoning_mtok", "output_mtok"),
        ])
        {
            if (fields.Has(part) && !fields.Has(whole))
                fields.Fault(part, $"has a price, but {whole}, which includes it, has none");
        }
        return new PriceRates(rates[0], rates[1], rates[2], rates[3], rates[4], rates[5], fields.Decimal("requests_kcount", largest: LargestRate));
    }

    private static TokenRate? Rate(DefinitionFields fields, string key)
    {
        if (fields.Value(key) is not IEnumerable<KeyValuePair<string, object?>> tiered)
            return fields.Decimal(key, largest: LargestRate) is { } price ? new TokenRate(price, []) : null;
        DefinitionFields rate = fields.Definition(key, tiered, ["base", "tiers"]);
        decimal? smallest = rate.Decimal("base", required: true, LargestRate);
        var tiers = new List<(long, decimal)>();
        foreach (DefinitionFields tier in rate.Definitions("tiers", ["start", "price"], required: true))
        {
            if (tier.Number("start", required: true, largest: ValueLimits.MaxTokens, whole: true) is { } start && tier.Decimal("price", required: true, LargestRate) is { } above)
                tiers.Add(((long)start, above));
        }
        if (tiers.Count > MostTiers)
            rate.Fault("tiers", $"has more than {MostTiers} tiers");
        return smallest is { } first ? new TokenRate(first, [.. tiers.OrderBy(tier => tier.Item1)]) : null;
    }

    private PriceDiscount? Discount(DefinitionFields fields)
    {
        decimal? percent = fields.Decimal("percent", required: true, largest: 100);
        DateTime start = Day(fields, "start_date") ?? DateTime.MinValue, end = Day(fields, "end_date") ?? DateTime.MaxValue;
        if (end <= start)
            fields.Fault("end_date", "is not after start_date; it is the first day without the discount");
        MatchClause? match = Clause(fields, "match");
        return percent is { } off ? new PriceDiscount(fields.Text("provider", LongestName)?.ToLowerInvariant(), match, off, start, end) : null;
    }

    private MatchClause? Clause(DefinitionFields fields, string name, bool required = false, int depth = 0)
    {
        if (fields.Value(name, required) is not { } value)
            return null;
        KeyValuePair<string, object?>[] clauses = value is IEnumerable<KeyValuePair<string, object?>> pairs ? [.. pairs] : [];
        if (clauses.Length != 1 || !MatchClause.Names.Contains(clauses[0].Key) || depth > 10)
        {
            fields.Fault(name, $"must be one of {string.Join(", ", MatchClause.Names)}, as in {{ starts_with: gpt-4o }}");
            return null;
        }
        string kind = clauses[0].Key;
        var inner = new DefinitionFields(clauses, MatchClause.Names, fields.PathOf(name), Faults);
        if (kind is "or" or "and")
        {
            object?[] items = [.. DefinitionFields.Items(clauses[0].Value ?? "")];
            if (own && items.Length == 0)
            {
                inner.Fault(kind, "has no condition; write at least one");
                return null;
            }
            string[] names = [.. items.Select((_, index) => $"{kind}[{index}]")];
            // Each is a separate field, so that errors show its position.
            var numbered = new DefinitionFields(items.Zip(names, (item, place) => KeyValuePair.Create(place, item)), names, fields.PathOf(name), Faults);
            MatchClause?[] parts = [.. names.Select(place => Clause(numbered, place, required: true, depth + 1))];
            return parts.Any(part => part is null) ? null : new MatchClause(kind, [.. parts.OfType<MatchClause>()]);
        }
        if (inner.Text(kind, LongestName, required: true) is not { } text)
            return null;
        // A parsed pattern needs much more memory than its text.
        if (kind == "regex" && ++_patterns > MostPatterns)
        {
            inner.Fault(kind, $"is one of more than {MostPatterns} patterns in the list");
            return null;
        }
        try
        {
            return new MatchClause(kind, text);
        }
        catch (RegexParseException exception)
        {
            inner.Fault(kind, $"is '{text}', which is not a valid pattern ({exception.Message})");
            return null;
        }
    }

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant) ? instant : null;

    private static DateTime? Day(DefinitionFields fields, string name) => fields.Parsed<DateTime?>(
        name, 100,
        text => DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime day) ? day : null,
        "a day in UTC such as 2026-03-01");

    private static TimeSpan? Time(DefinitionFields fields, string name) => fields.Parsed<TimeSpan?>(
        name, 100,
        text => TimePattern().IsMatch(text) && DateTimeOffset.TryParse($"2000-01-02T{text}", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time)
            ? time.UtcDateTime.TimeOfDay : null,
        "a time of day with its offset, such as 16:30:00Z or 09:00:00+02:00", required: true);

    [GeneratedRegex(@"^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript)] private static partial Regex TimePattern();

    [GeneratedRegex(Money.CodePattern)] private static partial Regex CurrencyPattern();
}
