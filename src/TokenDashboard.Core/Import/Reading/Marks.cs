namespace TokenDashboard.Import.Reading;

/// <summary>
/// The marks by which a format is detected: the names in an object, as paths of up to three names, through arrays, and without the names of
/// pages around it; or the column names of a CSV file. For <c>type</c>, <c>object</c> and similar names, also with the value, as in
/// <c>type=session_meta</c>.
/// </summary>
internal sealed class Marks
{
    private const int MaxDepth = 3;
    private const int LongestWord = 40;

    private readonly HashSet<string> _names;

    private Marks(HashSet<string> names) => _names = names;

    public IEnumerable<string> Names => _names;

    public bool Has(params string[] names) => Array.TrueForAll(names, _names.Contains);

    public bool HasAny(params string[] names) => Array.Exists(names, _names.Contains);

    /// <summary>The marks of a line of JSON, which may be truncated.</summary>
    public static Marks OfJson(ReadOnlySpan<byte> line)
    {
        var names = new HashSet<string>();
        var path = new List<(string Name, bool IsPage)>();
        // Not the final block, so that the existing part of a truncated line is read.
        var reader = new Utf8JsonReader(line, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true }));
        int objects = 0, pages = 0;
        string name = "";
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects++;
                        break;
                    case JsonTokenType.EndObject:
                        objects--;
                        break;
                    case JsonTokenType.PropertyName when objects <= MaxDepth + pages:
                        path.RemoveRange(objects - 1, Math.Max(0, path.Count - objects + 1));
                        pages = path.TakeWhile(part => part.IsPage).Count();
                        path.Add((Encoding.UTF8.GetString(reader.ValueSpan), false));
                        name = string.Join('.', path.Skip(pages).Select(part => part.Name));
                        names.Add(name);
                        break;
                    case JsonTokenType.StartArray when path.Count > 0 && path.Count == objects && JsonLines.PageMembers.Contains(path[^1].Name):
                        path[^1] = path[^1] with { IsPage = true };
                        names.Remove(name);
                        break;
                    case JsonTokenType.String when objects <= MaxDepth + pages && reader.ValueSpan.Length <= LongestWord
                        && (name.EndsWith("type", StringComparison.Ordinal) || name.EndsWith("object", StringComparison.Ordinal)):
                        names.Add($"{name}={Encoding.UTF8.GetString(reader.ValueSpan)}");
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // The rest of a damaged line is ignored. The next line may be valid.
        }
        return new Marks(names);
    }

    public static Marks OfCsv(string header) => new(header.Split(CsvRecords.DelimiterOf(header))
        .Select(name => name.Trim().Trim('"')).ToHashSet(StringComparer.OrdinalIgnoreCase));
}
