using System.Globalization;
using System.Text;
using System.Xml;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>Requests as Export-Clixml writes what Get-TokenRequest gives, known again by trace and span, else by all they say.</summary>
internal static class Clixml
{
    private const string Null = "Nil";
    private const string Structure = "Obj";

    public static readonly UsageFormat Format = new(ImportFormat.Clixml, "requests of Get-TokenRequest") { Read = Read };

    private static readonly RecordShape Shape = new("csv", Columns: null);

    /// <summary>Whether a file begins as one of Export-Clixml.</summary>
    public static bool IsBeginning(ReadOnlySpan<byte> head) => head.StartsWith("<Objs "u8);

    private static void Read(FormatInput input)
    {
        var requests = new RecordSink(input.Sink, Shape, null);
        var values = new RequestValues();
        using var reader = XmlReader.Create(input.Lines.AsStream(), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = true });
        try
        {
            // Depth 1 are the objects; their properties lie in Props.
            var text = new StringBuilder();
            for (reader.Read(); !reader.EOF; reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, Depth: 1, Name: Structure })
                {
                    long line = ((IXmlLineInfo)reader).LineNumber;
                    values.Clear();
                    text.Clear();
                    input.Sink.Report.CountLine();
                    using (XmlReader one = reader.ReadSubtree())
                    {
                        ReadObject(one, values, text);
                    }
                    string? reason = values.HasTokens ? requests.Add(values, Encoding.UTF8.GetBytes(text.ToString())) : null;
                    if (reason is not null)
                    {
                        input.Sink.Unreadable(line, reason);
                    }
                }
            }
        }
        catch (XmlException exception)
        {
            input.Sink.Unreadable(exception.LineNumber, "not XML; what follows is not read");
        }
    }

    private static void ReadObject(XmlReader reader, RequestValues values, StringBuilder text)
    {
        string? outer = null;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.GetAttribute("N") is not { } name)
            {
                continue;
            }
            if (reader.Name == Structure)
            {
                // A time is an object; what it is in UTC is a property of it.
                outer = name;
                continue;
            }
            bool isTime = name == "UtcDateTime" && outer is not null;
            string value = reader.Name == Null || reader.IsEmptyElement ? "" : ReadText(reader);
            if (ColumnMap.TryColumn(isTime ? outer! : name, out ImportColumn column) && column != ImportColumn.Id)
            {
                values[column] = value;
                text.Append(CultureInfo.InvariantCulture, $"{column}={value}\n");
            }
        }
    }

    private static string ReadText(XmlReader reader)
    {
        var text = new StringBuilder();
        while (reader.Read() && reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
        {
            text.Append(reader.Value);
        }
        return text.ToString();
    }
}
