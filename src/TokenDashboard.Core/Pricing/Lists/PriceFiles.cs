using System.Text.Encodings.Web;
using TokenDashboard.Input;
using YamlDotNet.Core;

namespace TokenDashboard.Pricing.Lists;

/// <summary>
/// The price files: the included list, a newer list that <c>Update-TokenPrice</c> installed, and the user's own prices,
/// which take precedence over both.
/// </summary>
internal static class PriceFiles
{
    /// <summary>The environment variable with the folder of the user's files, if it is not the user's configuration folder.</summary>
    public const string FolderVariable = "TOKENDASHBOARD_PRICES";

    /// <summary>The name of a newer list in the user's folder.</summary>
    public const string ListFile = "price-list.json";

    /// <summary>The permitted names of a user's own file.</summary>
    public static IReadOnlyList<string> OwnFiles { get; } = ["prices.yaml", "prices.yml", "prices.json"];

    /// <summary>The maximum size of a price file. The list of genai-prices has 0.6 MiB.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private static readonly object Gate = new();
    private static (string Stamp, PriceList List)? _loaded;

    /// <summary>The user's folder; null if the account has none.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceFileNotFound"/>: <see cref="FolderVariable"/> is not a full path.</exception>
    public static string? Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
            {
                return Path.IsPathFullyQualified(named) ? named : throw new TokenDashboardException(
                    ErrorCode.PriceFileNotFound, $"The environment variable {FolderVariable} is '{named}'. Set it to the full path of a folder.", target: named);
            }
            string configuration = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return configuration.Length == 0 ? null : Path.Combine(configuration, "TokenDashboard");
        }
    }

    /// <summary>The current prices: the user's own prices, then the prices of the newest list. They are read again only if a file changed.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.PriceFileInvalid"/>: the user's own file has errors. <see cref="ErrorCode.PriceListInvalid"/>: the newer list has errors.
    /// <see cref="ErrorCode.PriceFileNotFound"/>: a file cannot be read, or the folder in the environment variable is missing.
    /// </exception>
    public static PriceList Load()
    {
        string? folder = Folder;
        string stamp = string.Join('|', OwnFiles.Append(ListFile).Select(name => folder is null ? null : new FileInfo(Path.Combine(folder, name)))
            .Select(file => file is { Exists: true } ? $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}" : "").Prepend(folder));
        lock (Gate)
        {
            if (_loaded is { } loaded && loaded.Stamp == stamp)
                return loaded.List;
            if (folder is not null && Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } && !Directory.Exists(folder))
            {
                throw new TokenDashboardException(
                    ErrorCode.PriceFileNotFound, $"The folder '{folder}' in the environment variable {FolderVariable} does not exist. Create it, or clear the variable.", target: folder);
            }
            PriceList list = LoadFrom(folder);
            _loaded = (stamp, list);
            return list;
        }
    }

    internal static PriceList LoadFrom(string? folder) => WithOwn(LoadList(folder), folder);

    /// <summary>The included list, or an installed one that is not older, without the user's own prices.</summary>
    internal static PriceList LoadList(string? folder)
    {
        using Stream stream = typeof(PriceFiles).Assembly.GetManifestResourceStream("prices.json")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        PriceList shipped = List(content, "the included list", all: false);
        string path = Path.Combine(folder ?? "", ListFile);
        if (folder is null || !File.Exists(path))
            return shipped;
        PriceList taken = List(ReadBytes(path), path, all: false);
        // A later version of the module can include a newer list than the installed list.
        return taken.Taken is null || shipped.Date is null || taken.Taken >= shipped.Date ? taken : shipped;
    }

    /// <summary>Parses a list in UTF-8: the JSON of genai-prices, or a list that this module wrote.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceListInvalid"/>: the list has errors.</exception>
    public static PriceList ParseList(byte[] json, string name) => List(json, name, all: true);

    /// <summary>Parses a list, and reads all models now or on first use.</summary>
    private static PriceList List(byte[] json, string name, bool all)
    {
        var reader = new PriceListReader(own: false);
        PriceList list = reader.Read(PlainValues.Of(ParseJson(json, name, ErrorCode.PriceListInvalid, check: all)), name);
        if (!all)
            reader.ModelsRead = () => Throw(reader, name, ErrorCode.PriceListInvalid, []);
        else if (list.Providers.Sum(provider => provider.Models.Count) == 0 && reader.Faults.Count == 0)
            reader.Faults.Add(new DefinitionFault("providers", "has no model, so no request would have a cost"));
        Throw(reader, name, ErrorCode.PriceListInvalid, []);
        return list;
    }

    /// <summary>A list without errors in the format in which it is stored: with its source and dates, some of which the list itself can contain.</summary>
    internal static string Stored(byte[] json, string source, DateTimeOffset date, DateTimeOffset taken)
    {
        JsonNode root = JsonInput.Parse(json)!;
        JsonObject list = root as JsonObject ?? new JsonObject { ["providers"] = root };
        list["source"] ??= source;
        list["date"] ??= date.ToString("O", CultureInfo.InvariantCulture);
        list["taken"] = taken.ToString("O", CultureInfo.InvariantCulture);
        return list.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>The path of a newer list.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.PriceListWriteFailed"/>: the account has no configuration folder.</exception>
    public static string ListPath => Path.Combine(
        Folder ?? throw new TokenDashboardException(
            ErrorCode.PriceListWriteFailed, $"This account has no configuration folder. Set the environment variable {FolderVariable} to the full path of a folder."),
        ListFile);

    private static PriceList WithOwn(PriceList list, string? folder)
    {
        string[] files = folder is null ? [] : [.. OwnFiles.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        if (files.Length == 0)
            return list;
        if (files.Length > 1)
            throw new TokenDashboardException(
                ErrorCode.PriceFileInvalid, $"There are several price files: {string.Join(" and ", files.Select(file => $"'{file}'"))}. Keep only one of them.", target: files[0]);
        var reader = new PriceListReader(own: true);
        var lines = new Dictionary<string, long>();
        // A file that contains only comments is treated as a missing file.
        if (OwnValues(files[0], lines) is not { } values)
            return list;
        PriceList ownList = reader.Read(values, files[0]);
        List<ListedProvider> own = [.. ownList.Providers];
        own.ForEach(provider => _ = provider.Models);
        foreach (string id in own.SelectMany(provider => provider.Fallbacks).Except(own.Select(provider => provider.Id)).Except(list.ProviderIds))
            reader.Faults.Add(new DefinitionFault("providers", $"has the unknown provider '{id}' in fallback_model_providers"));
        foreach (string id in ownList.Discounts.Select(discount => discount.Provider).OfType<string>().Except(list.ProviderIds).Except(own.Select(provider => provider.Id)))
            reader.Faults.Add(new DefinitionFault("discounts", $"names the provider '{id}', which is not in the price list"));
        Throw(reader, files[0], ErrorCode.PriceFileInvalid, lines);
        // A provider that is also in the list keeps its position, because the first match applies.
        Dictionary<string, ListedProvider> changed = own.ToDictionary(provider => provider.Id, provider => Merged(provider, list));
        return new PriceList(
            [.. changed.Values.ExceptBy(list.ProviderIds, provider => provider.Id), .. list.Providers.Select(provider => changed.GetValueOrDefault(provider.Id, provider))],
            ownList.Discounts) { Name = list.Name, Version = list.Version, Date = list.Date, Taken = list.Taken };
    }

    /// <summary>A user's provider, merged with the same provider of the list. The user's prices come first, and all others stay.</summary>
    private static ListedProvider Merged(ListedProvider own, PriceList list)
    {
        ListedProvider? other = list.ProviderNamed(own.Id);
        if (other is null)
            return own;
        if (other.Id != own.Id)
            return own.Fallbacks.Count > 0 ? own : own with { Fallbacks = [other.Id, .. other.Fallbacks] };
        return new ListedProvider(
            own.Id,
            own.ProviderMatch ?? other.ProviderMatch,
            own.ModelMatch ?? other.ModelMatch,
            own.Fallbacks.Count > 0 ? own.Fallbacks : other.Fallbacks,
            new Lazy<IReadOnlyList<ListedModel>>(() => [.. own.Models, .. other.Models]),
            HasOwn: true);
    }

    private static object? OwnValues(string path, Dictionary<string, long> lines)
    {
        byte[] content = ReadBytes(path);
        // Empty text is not JSON, but it is YAML.
        if (Path.GetExtension(path) == ".json" && !string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(content)))
            return PlainValues.Of(ParseJson(content, path, ErrorCode.PriceFileInvalid, check: true, lenient: true));
        try
        {
            using var reader = new StreamReader(new MemoryStream(content));
            return PlainValues.OfYaml(reader, lines);
        }
        catch (YamlException exception)
        {
            throw new TokenDashboardException(
                ErrorCode.PriceFileInvalid, $"'{path}' is not YAML, line {exception.Start.Line}: {exception.Message.TrimEnd('.')}. docs/cost.md describes the format.", exception, path);
        }
    }

    private static JsonElement ParseJson(byte[] json, string name, ErrorCode code, bool check, bool lenient = false)
    {
        try
        {
            if (check)
                JsonInput.Parse(json, lenient);
            return JsonInput.ParseElement(json, lenient);
        }
        catch (JsonException exception)
        {
            throw new TokenDashboardException(code, $"'{name}' is not JSON ({exception.Message}). docs/cost.md describes the format.", exception, name);
        }
    }

    private static void Throw(PriceListReader reader, string name, ErrorCode code, Dictionary<string, long> lines)
    {
        const int Most = 20;
        if (reader.Faults.Count > 0)
        {
            IEnumerable<string> faults = reader.Faults.Take(Most).Select(fault => LineOf(fault.Path, lines) is { } line ? $"line {line}: {fault}." : $"{fault}.");
            string more = reader.Faults.Count > Most ? $" And {reader.Faults.Count - Most} more." : "";
            throw new TokenDashboardException(code, $"'{name}' is not a valid price list. {string.Join(' ', faults)}{more} docs/cost.md describes the format.", target: name);
        }
    }

    // For a missing key, this is the line of the object that should contain the key.
    private static long? LineOf(string path, Dictionary<string, long> lines)
    {
        while (!lines.ContainsKey(path) && path.LastIndexOfAny(['.', '[']) is > 0 and int end)
            path = path[..end];
        return lines.TryGetValue(path, out long line) ? line : null;
    }

    /// <summary>Reads a file in any encoding as UTF-8 without a byte order mark.</summary>
    internal static byte[] ReadBytes(string path)
    {
        try
        {
            // Windows PowerShell writes UTF-16.
            return Encoding.UTF8.GetBytes(RegularFile.ReadText(path, MaxBytes));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenDashboardException(ErrorCode.PriceFileNotFound, $"'{path}' cannot be read: {exception.Message} Check that it is a file and that this account can read it.", exception, path);
        }
    }
}
