// db/schema.sql is what the migrations and definitions add up to: whoever changes one shows its effect in the same review.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;

namespace Analytics.Gql.Tests.Migrations;

public sealed partial class DbSchemaTests
{
    /// <summary>Set it to 1 to write the file instead of comparing it.</summary>
    private const string WriteVariable = "ANALYTICS_WRITE_DB_SCHEMA";

    [PostgreSql15Fact]
    public async Task Db_schema_sql_is_what_the_migrator_makes()
    {
        await using var cluster = await LocalCluster.StartAsync(new LocalClusterOptions { Source = PostgresSource.Installed });
        await Migrator.MigrateAsync(cluster.ConnectionString, log: null, CancellationToken.None);
        var dumped = await DumpAsync(cluster.ConnectionStringFor("postgres"), cluster.Port);

        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            await File.WriteAllTextAsync(SchemaFile(), dumped);
        var kept = await File.ReadAllTextAsync(SchemaFile());
        Assert.True(kept == dumped, $"db/schema.sql differs from what the migrator makes, first at '{FirstDifference(kept, dumped)}'. "
            + $"Write it with '{WriteVariable}=1 dotnet test --filter DbSchemaTests' and read the difference.");
    }

    private static async Task<string> DumpAsync(string connectionString, int port)
    {
        var binaries = await Binaries.FindInstalledAsync(CancellationToken.None);
        var start = new ProcessStartInfo(binaries!["pg_dump"],
            ["--schema-only", "--no-owner", "--no-privileges", "--schema=core", "--schema=analytics",
             "--host=127.0.0.1", $"--port={port}", "--username=postgres", "postgres"]);
        start.Environment["PGPASSWORD"] = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Password ?? "";
        var text = await Command.RunAsync(start, CancellationToken.None);
        // What belongs to the dump and not to the schema: versions, settings of the session, a random key.
        var lines = text.ReplaceLineEndings("\n").Split('\n').Where(line => !Noise().IsMatch(line));
        return "-- Written by DbSchemaTests from db/migrations and db/definitions; never edited by hand.\n"
            + BlankLines().Replace(string.Join('\n', lines), "\n\n").Trim() + "\n";
    }

    private static string FirstDifference(string kept, string dumped) => kept.Split('\n')
        .Zip(dumped.Split('\n')).FirstOrDefault(pair => pair.First != pair.Second).Second ?? "its end";

    private static string SchemaFile([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../db/schema.sql"));

    [GeneratedRegex(@"^(--.*|SET .*;|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)$")]
    private static partial Regex Noise();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex BlankLines();
}

/// <summary>pg_dump writes what its own version writes: skipped where the newest installed PostgreSQL is not 15, but not in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgreSql15FactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Found = new(() =>
        Binaries.FindInstalledAsync(CancellationToken.None).GetAwaiter().GetResult() is { Major: 15 } binaries && File.Exists(binaries["pg_dump"]));

    public PostgreSql15FactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && !Found.Value)
            Skip = "The newest PostgreSQL installed here is not version 15 with pg_dump; CI compares db/schema.sql.";
    }
}
