using System.Net.Sockets;
using System.Security.Authentication;
using ClickHouse.Driver;

namespace TokenDashboard.Engines.ClickHouse;

/// <summary>Says ClickHouse's failures in this product's words. The numbers are those of its ErrorCodes.cpp.</summary>
internal static partial class ClickHouseErrors
{
    private const int MaxWords = 300;

    /// <summary>The failure by name.</summary>
    /// <param name="exception">What the driver reports.</param>
    /// <param name="otherwise">The code of a failure that has none of its own.</param>
    /// <param name="server">The server.</param>
    /// <param name="secrets">What no message may hold.</param>
    public static TokenDashboardException From(Exception exception, ErrorCode otherwise, ClickHouseServer server, Secrets secrets)
    {
        string name = server.Address.ToString();
        // The driver's exception holds what was sent, and is not passed on.
        TokenDashboardException Failure(ErrorCode code, string message) => new(code, secrets.MaskIn(message), target: name);
        string words = Words(exception);
        switch (CodeOf(exception))
        {
            case 516 or 192 or 193 or 194:
                return Failure(ErrorCode.StoreUnauthorized, $"'{name}' refused the password of the user '{server.User}', or has no such user. Give -Credential, or set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.");
            case 497:
                return Failure(ErrorCode.StoreAccessDenied, $"The user '{server.User}' lacks a permission on '{name}': {words} docs/fleets.md has the grants.");
            case 164 or 452:
                return Failure(ErrorCode.StoreAccessDenied, $"The profile of the user '{server.User}' on '{name}' forbids what the command needs: {words} A reader needs readonly = 2 or 0, one who writes needs 0.");
            case 81:
                return Failure(ErrorCode.StoreNotFound, $"The server of '{name}' has no database '{server.Address.Database}'. Make it with CREATE DATABASE, or give the address of another one.");
            case 60:
            // Of a view with parameters; also of any other function.
            case 46 when words.Contains("table function", StringComparison.Ordinal):
                return Failure(ErrorCode.StoreTableMissing, $"'{name}' lacks a table or a view, or the user may not see it: {words} Sync-TokenStore makes its own.");
            case 201 or 202 or 158 or 307 or 396 or 241 or 243 or 439:
                return Failure(ErrorCode.StoreQuotaExceeded, $"A limit of '{name}' stopped the query: {words} Narrow the time range, ask again later, or have the limit raised.");
            case 159 or 160 or 209:
                return Failure(ErrorCode.StoreTimeout, $"'{name}' stopped the query because it took too long: {words} Narrow the time range, or have the limit raised.");
        }
        if (server.Redirect is { } other)
            return Failure(ErrorCode.StoreUnreachable, $"'{name}' redirects to '{Short(other)}', and no redirect is followed. Give the address of ClickHouse itself, with ?secure=true for an encrypted connection.");
        if (Causes(exception).OfType<AuthenticationException>().FirstOrDefault() is { } tls)
            return Failure(ErrorCode.StoreTlsFailed, $"The encrypted connection to '{name}' failed: {tls.Message} Trust the server's certificate authority on this machine, or give the port of an encrypted interface.");
        if (Causes(exception).Any(cause => cause is TimeoutException or OperationCanceledException))
            return Failure(ErrorCode.StoreTimeout, $"'{name}' did not answer in time. Ask again, or narrow the time range.");
        bool hasBegun = !Causes(exception).Any(cause => cause is HttpRequestException);
        if (hasBegun && Causes(exception).OfType<SocketException>().Any(cause => cause.SocketErrorCode == SocketError.TimedOut))
            return Failure(ErrorCode.StoreTimeout, $"'{name}' stopped in the middle of its answer. Ask again, or narrow the time range.");
        if (server.IsForeign)
            return Foreign(server);
        if (hasBegun && Causes(exception).Any(cause => cause is HttpIOException or EndOfStreamException))
            return Failure(otherwise, $"'{name}' broke off its answer: the query failed, or the connection was lost. Ask again; the server's log says more.");
        return exception is HttpRequestException || Causes(exception).Any(cause => cause is SocketException or HttpIOException)
            ? Failure(ErrorCode.StoreUnreachable, $"'{name}' cannot be reached: {words} Check the host and the port of ClickHouse's HTTP interface, and whether it wants an encrypted connection (?secure=true).")
            : Failure(otherwise, $"'{name}' reported a failure: {words}");
    }

    /// <summary>The failure that a row of an answer has other columns than were asked for.</summary>
    public static TokenDashboardException OtherColumns(ClickHouseServer server) => server.IsForeign ? Foreign(server) : new TokenDashboardException(
        ErrorCode.StoreSchemaMismatch,
        $"'{server.Address}' answers with other columns than were asked for. Check whether its tables and views are those of Sync-TokenStore, and whether it is the address of ClickHouse itself.",
        target: server.Address.ToString());

    /// <summary>The failure that what answers is another program.</summary>
    public static TokenDashboardException Foreign(ClickHouseServer server) => new(
        ErrorCode.StoreUnreachable,
        $"'{server.Address}' answers, but not as ClickHouse does. Check the host and the port: this is probably not the address of ClickHouse's HTTP interface.",
        target: server.Address.ToString());

    private static int CodeOf(Exception exception) => Causes(exception).OfType<ClickHouseServerException>().Select(server =>
        server.ErrorCode > 0 ? server.ErrorCode : Code().Match(server.Message) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0).FirstOrDefault();

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    private static string Words(Exception exception) => Short(exception.Message.ReplaceLineEndings(" ").Trim()).TrimEnd('.') + ".";

    private static string Short(string words) => words.Length > MaxWords ? words[..MaxWords] + "..." : words;

    [GeneratedRegex(@"Code: (\d+)")]
    private static partial Regex Code();
}
