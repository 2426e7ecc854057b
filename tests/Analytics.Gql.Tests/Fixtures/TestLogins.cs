// The accounts that servers under test connect with: least-privileged, so that each test of the API is one of the roles too.
using Analytics.Store.Roles;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Tests.Fixtures;

/// <summary>Of one run, because runs may share a server, and passwords are the server's.</summary>
public sealed class TestLogins(string run)
{
    private const string Password = "least-privileged";

    public RoleLogins Names { get; } = new(
        Reader: $"test_reader_{run}", Refresher: $"test_refresher_{run}", Migrator: $"test_migrator_{run}");

    public IEnumerable<string> All => [Names.Reader!, Names.Refresher!, Names.Migrator!];

    /// <summary>The roles and accounts, as an operator makes them before the first migration of a database.</summary>
    public async Task CreateAsync(string superuser)
    {
        await using var connection = new NpgsqlConnection(superuser);
        await connection.OpenAsync();
        await RoleSetup.ApplyAsync(connection, Names, log: null, CancellationToken.None);
        foreach (var login in All)
            await connection.ExecuteAsync($"alter role {login} password '{Password}'");
    }

    public static string As(string login, string superuser) =>
        new NpgsqlConnectionStringBuilder(superuser) { Username = login, Password = Password }.ConnectionString;
}
