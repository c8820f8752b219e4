namespace TokenDashboard.Engines.Sqlite;

/// <summary>The work of a transaction took too long and was taken back; less of it is to be done at a time.</summary>
internal sealed class TransactionLateException : Exception;
