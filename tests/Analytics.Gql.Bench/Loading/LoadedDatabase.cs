// A database of its own for whoever has a cluster of their own.
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Dapper;
using Npgsql;

namespace Analytics.Gql.Bench.Loading;

internal static class LoadedDatabase
{
    /// <summary>Creates it, loads it, migrates it and refreshes everything.</summary>
    /// <param name="connectionStringFor">Of a superuser, by the database's name.</param>
    public static async Task CreateAsync(
        Func<string, string> connectionStringFor, string name, BenchSize size, Action<string> log, CancellationToken ct)
    {
        await using (var admin = new NpgsqlConnection(connectionStringFor("postgres") + ";Pooling=false"))
            await admin.ExecuteAsync($"create database {name}");
        var connectionString = connectionStringFor(name) + ";Pooling=false";
        await using (var empty = new NpgsqlConnection(connectionString))
        {
            await empty.OpenAsync(ct);
            await BenchData.LoadAsync(empty, size, log, ct);
        }
        await Migrator.MigrateAsync(connectionString, log, ct);
        await new FullRefresh(connectionString).RunAsync(ct);
    }
}
