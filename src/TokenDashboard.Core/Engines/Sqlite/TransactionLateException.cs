namespace TokenDashboard.Engines.Sqlite;

/// <summary>The work of a transaction took too long and was rolled back. It must be done in smaller steps.</summary>
internal sealed class TransactionLateException : Exception;
