namespace TokenDashboard.Engines.ClickHouse;

/// <summary>
/// Checks the beginning of a response in the format RowBinaryWithNamesAndTypes: the number of columns, then all names, then all types. The driver parses types with
/// recursion, which would end the process, and creates as many values as an array declares.
/// </summary>
internal sealed partial class ColumnHeader
{
    private const int MostColumns = 10_000;
    private const int MostTextBytes = 1 << 20;
    private const int MaxDepth = 64;

    private readonly List<byte> _text = [];
    private int _columns = -1;
    private int _texts;
    private long _number;
    private int _shift;
    private int _length = -1;
    private bool _hasNumberList, _hasOther;

    /// <summary>Whether columns are lists of numbers, and no column is a list of anything else.</summary>
    public bool HasOnlyNumberLists { get; private set; }

    /// <summary>Checks the next bytes.</summary>
    /// <exception cref="InvalidDataException">There are too many columns, or a type is not supported.</exception>
    public void Check(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; at < bytes.Length && !(_columns >= 0 && _texts == 2 * _columns);)
        {
            if (_length < 0)
            {
                BeginText(bytes[at++]);
                continue;
            }
            int count = Math.Min(bytes.Length - at, _length - _text.Count);
            _text.AddRange(bytes.Slice(at, count));
            at += count;
            EndText();
        }
    }

    // Numbers have seven bits in each byte, the lowest ones first.
    private void BeginText(byte next)
    {
        _number |= (long)(next & 0x7F) << _shift;
        _shift += 7;
        if (_number > (_columns < 0 ? MostColumns : MostTextBytes) || _shift > 35)
            throw new InvalidDataException(_columns < 0 ? $"The response has more than {MostColumns} columns." : $"The name or the type of a column has more than {MostTextBytes} bytes.");
        if (next >= 0x80)
            return;
        if (_columns < 0)
            _columns = (int)_number;
        else
            _length = (int)_number;
        (_number, _shift) = (0, 0);
        if (_length == 0)
            EndText();
    }

    private void EndText()
    {
        if (_text.Count < _length)
            return;
        if (_texts++ >= _columns)
        {
            string type = Encoding.UTF8.GetString([.. _text]);
            CheckType(type);
            bool isNumberList = NumberList().IsMatch(type);
            _hasNumberList |= isNumberList;
            _hasOther |= !isNumberList && !Single().IsMatch(type);
            HasOnlyNumberLists = _hasNumberList && !_hasOther;
        }
        _text.Clear();
        _length = -1;
    }

    private static void CheckType(string type)
    {
        int depth = 0;
        foreach (char character in type)
        {
            depth += character switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth > MaxDepth)
                throw new InvalidDataException($"The type of a column is nested more than {MaxDepth} levels deep.");
        }
        if (Unsupported().Match(type) is { Success: true } match)
            throw new InvalidDataException($"The type of a column contains '{match.Value}', which is not supported. Convert the column to text in the query.");
    }

    [GeneratedRegex(@"^Array\(U?Int(8|16|32|64)\)\z")] private static partial Regex NumberList();

    [GeneratedRegex(@"^(LowCardinality\()?(Nullable\()?(String|U?Int(8|16|32|64)|Float(32|64)|DateTime64\([^()]*\))\)*\z")]
    private static partial Regex Single();

    // The values of the first types contain types or any number of bits. Values of the second ones have no bytes, so that a list of any length
    // would be small. The last ones have more digits than ClickHouse permits, which take minutes to compute. NULL is Nullable(Nothing).
    [GeneratedRegex(@"\b(?:Dynamic|QBit)\b|FixedString\(\s*0*\s*\)|\b(?:Tuple|Nested)\(\s*\)|(?<!Nullable\()\bNothing\b|\b(?:Decimal|DateTime64|Time64)\w*\([^)]*\d{3}", RegexOptions.IgnoreCase)]
    private static partial Regex Unsupported();
}
