// What the database's own troubles mean to a client.
using Analytics.Gql.Engine;
using Npgsql;

namespace Analytics.Gql;

internal static class DatabaseFaults
{
    public static ClientError? Map(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new ClientError(
            ErrorCodes.Timeout,
            "The database took longer than the statement time-out. Ask for less at once, or try again."),
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => Away(),
        PostgresException { IsTransient: false } => null,
        NpgsqlException or TimeoutException => Away(),
        _ => null,
    };

    private static ClientError Away() =>
        new(ErrorCodes.Unavailable, "The database is too busy or cannot be reached. Try again in a moment.");
}
