using System.Net.Sockets;
using System.Security.Authentication;
using ClickHouse.Driver;

namespace TokenDashboard.Engines.ClickHouse;

/// <summary>Converts ClickHouse's errors to errors of this module. The numbers are those of its ErrorCodes.cpp.</summary>
internal static partial class ClickHouseErrors
{
    private const int MaxWords = 300;

    /// <summary>Converts an exception of the driver. An error without a specific code has the code <paramref name="otherwise"/>.</summary>
    public static TokenDashboardException From(Exception exception, ErrorCode otherwise, ClickHouseServer server, Secrets secrets)
    {
        string name = server.Address.ToString();
        // The driver's exception contains the data that was sent, so it is not used as the inner exception.
        TokenDashboardException Failure(ErrorCode code, string message) => new(code, secrets.MaskIn(message), target: name);
        string words = Words(exception, secrets);
        switch (CodeOf(exception))
        {
            case 516 or 192 or 193 or 194:
                return Failure(
                    ErrorCode.StoreUnauthorized,
                    $"'{name}' rejected the password of the user '{server.User}', or the user does not exist. Use -Credential, or set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.");
            case 497:
                return Failure(ErrorCode.StoreAccessDenied, $"The user '{server.User}' lacks a permission on '{name}': {words} docs/fleets.md lists the grants.");
            case 164 or 452:
                return Failure(
                    ErrorCode.StoreAccessDenied,
                    $"The profile of the user '{server.User}' on '{name}' forbids an operation of the command: {words} Reading requires readonly = 2 or 0, and writing requires 0.");
            case 81:
                return Failure(ErrorCode.StoreNotFound, $"The server of '{name}' has no database '{server.Address.Database}'. Create it with CREATE DATABASE, or use the address of another database.");
            case 60:
            // A view with parameters, or any other function.
            case 46 when words.Contains("table function", StringComparison.Ordinal):
                return Failure(ErrorCode.StoreTableMissing, $"A table or view of '{name}' is missing, or the user cannot see it: {words} Sync-TokenStore creates its tables and views.");
            case 201 or 202 or 158 or 307 or 396 or 241 or 243 or 439:
                return Failure(ErrorCode.StoreQuotaExceeded, $"A limit of '{name}' stopped the query: {words} Use a shorter time range, try again later, or increase the limit.");
            case 159 or 160 or 209:
                return Failure(ErrorCode.StoreTimeout, $"'{name}' stopped the query because it took too long: {words} Use a shorter time range, or increase the limit.");
        }
        if (server.IsTooLong)
            return Failure(
                otherwise,
                $"The response of '{name}' exceeds a limit: a row has more than {AnswerStream.MaxRowBytes >> 20} MiB, or {AnswerStream.MaxNumbersBytes >> 20} MiB with lists of numbers. "
                    + "Use a shorter time range, or check that it is the address of ClickHouse itself.");
        if (Causes(exception).Any(cause => cause is OutOfMemoryException))
            return Failure(otherwise, $"The response of '{name}' requires more memory than is available. Use a shorter time range, or check that it is the address of ClickHouse itself.");
        if (server.Redirect is { } other)
            return Failure(
                ErrorCode.StoreUnreachable,
                $"'{name}' redirects to '{secrets.MaskBeginningOf(other, MaxWords)}', but redirects are not followed. Use the address of ClickHouse itself, "
                    + "with ?secure=true for an encrypted connection.");
        if (Causes(exception).OfType<AuthenticationException>().FirstOrDefault() is { } tls)
            return Failure(
                ErrorCode.StoreTlsFailed,
                $"The encrypted connection to '{name}' failed: {tls.Message} Trust the server's certificate authority on this computer, or use the port of an encrypted interface.");
        if (Causes(exception).Any(cause => cause is TimeoutException or OperationCanceledException))
            return Failure(ErrorCode.StoreTimeout, $"'{name}' did not respond in time. Try again, or use a shorter time range.");
        bool hasBegun = !Causes(exception).Any(cause => cause is HttpRequestException);
        if (hasBegun && Causes(exception).OfType<SocketException>().Any(cause => cause.SocketErrorCode == SocketError.TimedOut))
            return Failure(ErrorCode.StoreTimeout, $"'{name}' stopped sending in the middle of its response. Try again, or use a shorter time range.");
        if (server.IsForeign)
            return Foreign(server);
        if (hasBegun && Causes(exception).Any(cause => cause is HttpIOException or EndOfStreamException))
            return Failure(otherwise, $"The response of '{name}' was interrupted: the query failed, or the connection was lost. Try again. The server's log contains details.");
        return exception is HttpRequestException || Causes(exception).Any(cause => cause is SocketException or HttpIOException)
            ? Failure(
                ErrorCode.StoreUnreachable,
                $"'{name}' cannot be reached: {words} Check the host and the port of ClickHouse's HTTP interface, and whether it requires an encrypted connection (?secure=true).")
            : Failure(otherwise, $"'{name}' reported an error: {words}");
    }

    /// <summary>The error for a response with other columns than requested.</summary>
    public static TokenDashboardException OtherColumns(ClickHouseServer server) => server.IsForeign ? Foreign(server) : new TokenDashboardException(
        ErrorCode.StoreSchemaMismatch,
        $"'{server.Address}' returned other columns than requested. Check that Sync-TokenStore created its tables and views, and that it is the address of ClickHouse itself.",
        target: server.Address.ToString());

    /// <summary>The error for a response from another program.</summary>
    public static TokenDashboardException Foreign(ClickHouseServer server) => new(
        ErrorCode.StoreUnreachable,
        $"The response of '{server.Address}' is not from ClickHouse. Check the host and the port. This is probably not the address of ClickHouse's HTTP interface.",
        target: server.Address.ToString());

    private static int CodeOf(Exception exception) => Causes(exception).OfType<ClickHouseServerException>().Select(server =>
        server.ErrorCode > 0 ? server.ErrorCode : int.TryParse(Code().Match(server.Message).Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int code) ? code : 0).FirstOrDefault();

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    private static string Words(Exception exception, Secrets secrets) => secrets.MaskBeginningOf(exception.Message, MaxWords).TrimEnd('.') + ".";

    [GeneratedRegex(@"Code: (\d+)")] private static partial Regex Code();
}
