using System.Management.Automation.Host;
using System.Management.Automation.Language;

namespace TokenDashboard.Formatting;

internal static class Screen
{
    private const int NarrowestWithBars = 70;
    private const int Wide = 119;

    /// <summary>Whether bars can be shown: in a terminal that supports Unicode and is not narrow.</summary>
    internal static bool ShowsBars => !Console.IsOutputRedirected && Console.OutputEncoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase) && Width(null) >= NarrowestWithBars;

    /// <summary>Whether a host has a terminal that is wide enough for the additional columns.</summary>
    internal static bool IsWide(PSHost host) => !Console.IsOutputRedirected && Width(host) >= Wide;

    /// <summary>
    /// Whether a line assigns or redirects the output of its command, or uses it in an expression. If a function calls the command, the use of
    /// the function's output is unknown.
    /// </summary>
    internal static bool IsCaptured(InvocationInfo call)
    {
        int offset = call.OffsetInLine - 1;
        Ast line = Parser.ParseInput(call.Line ?? "", out _, out _);
        Ast? part = line.FindAll(ast => ast is CommandAst && ast.Extent.StartOffset <= offset && offset < ast.Extent.EndOffset, searchNestedScriptBlocks: true).LastOrDefault();
        for (; part is not (null or ScriptBlockExpressionAst or FunctionDefinitionAst); part = part.Parent)
        {
            if (part is AssignmentStatementAst or ParenExpressionAst or SubExpressionAst or ArrayExpressionAst
                || (part as CommandAst)?.Redirections.Any(redirection => redirection is FileRedirectionAst { FromStream: RedirectionStream.Output or RedirectionStream.All }) == true)
            {
                return true;
            }
        }
        return false;
    }

    private static int Width(PSHost? host)
    {
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width ?? Console.WindowWidth;
        }
        catch (Exception exception) when (exception is HostException or IOException or NotImplementedException or PlatformNotSupportedException)
        {
            return 0;
        }
    }
}
