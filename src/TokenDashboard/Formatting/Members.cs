using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace TokenDashboard.Formatting;

/// <summary>
/// The times of results as PowerShell sees them, so that results survive files and other sessions: a time prints itself the same way in
/// every culture, to the last digit. Public only because the types file can call nothing else.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Members
{
    private static readonly MethodInfo Text = typeof(Members).GetMethod(nameof(TextOf))!;

    /// <summary>A time.</summary>
    public static object? Start(PSObject row) => Time(row, nameof(Start));

    /// <summary>A time.</summary>
    public static object? End(PSObject row) => Time(row, nameof(End));

    /// <summary>A time.</summary>
    public static object? Timestamp(PSObject row) => Time(row, nameof(Timestamp));

    /// <summary>A time.</summary>
    public static object? FirstSeen(PSObject row) => Time(row, nameof(FirstSeen));

    /// <summary>A time.</summary>
    public static object? LastSeen(PSObject row) => Time(row, nameof(LastSeen));

    /// <summary>A time.</summary>
    public static object? FirstRequest(PSObject row) => Time(row, nameof(FirstRequest));

    /// <summary>A time.</summary>
    public static object? LastRequest(PSObject row) => Time(row, nameof(LastRequest));

    /// <summary>A time.</summary>
    public static object? From(PSObject row) => Time(row, nameof(From));

    /// <summary>A time.</summary>
    public static object? Until(PSObject row) => Time(row, nameof(Until));

    /// <summary>A time.</summary>
    public static object? Created(PSObject row) => Time(row, nameof(Created));

    /// <summary>A time.</summary>
    public static object? Before(PSObject row) => Time(row, nameof(Before));

    /// <summary>The text of a time, by which Export-Csv writes it; with arguments, what DateTimeOffset makes of them.</summary>
    public static string TextOf(PSObject time, params object[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var instant = (DateTimeOffset)time.BaseObject;
        object? Argument(int index) => arguments.Length > index ? (arguments[index] as PSObject)?.BaseObject ?? arguments[index] : null;
        return arguments.Length == 0 ? instant.ToString("O", CultureInfo.InvariantCulture)
            : Argument(0) is IFormatProvider provider ? instant.ToString(provider)
            : instant.ToString(Argument(0)?.ToString(), Argument(1) as IFormatProvider ?? CultureInfo.CurrentCulture);
    }

    private static PSObject? Time(PSObject row, string name)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.BaseObject.GetType().GetProperty(name)?.GetValue(row.BaseObject) is not DateTimeOffset time)
        {
            return null;
        }
        var output = new PSObject(time);
        output.Members.Add(new PSCodeMethod("ToString", Text));
        return output;
    }
}
