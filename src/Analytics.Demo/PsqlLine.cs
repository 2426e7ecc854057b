// How to look into the demo's database, and change something there: the dashboard follows within a second.
using Npgsql;

namespace Analytics.Demo;

internal static class PsqlLine
{
    /// <summary>A line for a POSIX shell; what it quotes is a connection string for any other client too.</summary>
    public static string For(string connection)
    {
        var to = new NpgsqlConnectionStringBuilder(connection);
        return $"psql 'postgresql://{to.Username}:{Uri.EscapeDataString(to.Password ?? "")}@{to.Host}:{to.Port}/{to.Database}'";
    }
}
