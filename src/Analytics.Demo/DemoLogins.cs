// The accounts that the demo's server connects with: each may do what its part of the work needs, and no more.
using System.Security.Cryptography;
using System.Text;
using Analytics.Store.Roles;
using Npgsql;

namespace Analytics.Demo;

/// <param name="Refresher">For ConnectionStrings:Analytics.</param>
/// <param name="Reader">For ConnectionStrings:AnalyticsRead.</param>
internal sealed record DemoLogins(string Refresher, string Reader)
{
    private static readonly RoleLogins Names = new(Reader: "demo_reader", Refresher: "demo_refresher");

    /// <summary>The roles, before there is anything: what the migrator makes is then its own.</summary>
    /// <param name="owner">Of the database; a superuser of the private cluster.</param>
    public static async Task CreateAsync(string owner, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await RoleSetup.ApplyAsync(connection, Names, log: null, ct);
        foreach (var login in (string[])[Names.Reader!, Names.Refresher!])
        {
            await using var password = new NpgsqlCommand($"alter role {login} password '{PasswordOf(login, owner)}'", connection);
            await password.ExecuteNonQueryAsync(ct);
        }
    }

    /// <param name="owner">The connection string whose accounts these are.</param>
    public static DemoLogins Of(string owner) => new(As(Names.Refresher!, owner), As(Names.Reader!, owner));

    private static string As(string login, string owner) =>
        new NpgsqlConnectionStringBuilder(owner)
        {
            Username = login,
            Password = PasswordOf(login, owner),
            MaxPoolSize = 50, // three pools, and the private cluster takes 200
        }.ConnectionString;

    // Follows from the cluster's own, so that an import that joins a running demo does not change it.
    private static string PasswordOf(string login, string owner) => Convert.ToHexString(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(new NpgsqlConnectionStringBuilder(owner).Password ?? ""), Encoding.UTF8.GetBytes(login)));
}
