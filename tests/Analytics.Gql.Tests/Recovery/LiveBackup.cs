// A database in the middle of its day on a server of its own, the dumps that are made of it, and where they go back.
using System.Diagnostics;
using System.Globalization;
using Analytics.Gql.Tests.Fixtures;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Npgsql;

namespace Analytics.Gql.Tests.Recovery;

/// <summary>Dumped once for all tests of the class; nothing where no PostgreSQL is installed, and they are skipped.</summary>
public sealed class LiveBackup : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("analytics-dump-").FullName;
    private readonly List<TestDatabase> _targets = [];
    private readonly TestLogins _logins = new("live");
    private LocalCluster? _cluster;
    private Binaries _binaries = null!;

    public TestDatabase Live { get; private set; } = null!;

    public string Custom => Path.Combine(_folder, "live.dump");
    /// <summary>For pg_restore -L: all of <see cref="Custom"/> but what is in the matviews.</summary>
    public string WithoutMatviews => Path.Combine(_folder, "without-matviews.list");

    public string Plain => Path.Combine(_folder, "live.sql");
    public string SchemaOnly => Path.Combine(_folder, "schema.sql");
    public string DataOnly => Path.Combine(_folder, "data.dump");

    public async Task InitializeAsync()
    {
        if (await Binaries.FindInstalledAsync(CancellationToken.None) is not { } binaries)
            return;
        _binaries = binaries;
        _cluster = await LocalCluster.StartAsync(new LocalClusterOptions { Source = PostgresSource.Installed });
        Live = await NewOnOwnClusterAsync("live");
        await _logins.CreateAsync(Live.ConnectionString);
        await Migrator.MigrateAsync(Live.MigratorConnectionString, log: null, CancellationToken.None);
        await FillAsync(new Workouts(Live));
        await RunAsync("pg_dump", Live, "-Fc", "-f", Custom);
        var list = await Command.RunAsync(new ProcessStartInfo(_binaries["pg_restore"], ["-l", Custom]), CancellationToken.None);
        await File.WriteAllLinesAsync(
            WithoutMatviews, list.Split('\n').Where(line => !line.Contains("MATERIALIZED VIEW DATA", StringComparison.Ordinal)));
        await RunAsync("pg_dump", Live, "-f", Plain);
        await RunAsync("pg_dump", Live, "--schema-only", "-f", SchemaOnly);
        await RunAsync("pg_dump", Live, "--data-only", "-Fc", "-f", DataOnly);
    }

    /// <summary>Matviews, then recomputed rows beside them, then changes that nobody has drained yet; history of all; and the
    /// tables of a scheduler.</summary>
    private async Task FillAsync(Workouts workouts)
    {
        await using (var server = await ServerProcess.StartAsync(Live))
        {
            await Live.UntilAsync("""
                select to_regclass('quartz.qrtz_triggers') is not null and last_full_refresh_at is not null
                from analytics.refresh_state
                """, patienceS: 60);
            await server.StopAsync(TimeSpan.FromSeconds(30));
        }
        var (ada, grace, squat) = (await workouts.UserAsync(), await workouts.UserAsync("Grace"), await workouts.ExerciseAsync());
        var sessions = new List<Guid>();
        for (var day = 1; day <= 20; day++)
        {
            sessions.Add(await workouts.SessionAsync(ada, $"2026-03-{day:00}T10:00:00Z"));
            await workouts.SetAsync(sessions[^1], squat, 5, 100m + day);
        }
        await workouts.FullRefreshAsync();
        await workouts.SetAsync(sessions[0], squat, 3, 200m);
        await Live.ExecuteAsync("delete from core.sessions where session_id = @gone", new { gone = sessions[1] });
        await workouts.DrainAsync();
        await workouts.SetAsync(sessions[2], squat, 4, 210m);
        await Live.ExecuteAsync(
            "update core.sessions set user_id = @grace where session_id = @moved", new { grace, moved = sessions[3] });
        await Live.ExecuteAsync("delete from core.sessions where session_id = @gone", new { gone = sessions[19] });
    }

    /// <summary>A new database on the server of the test run; on our own where that one is older than the dump.</summary>
    public async Task<TestDatabase> NewTargetAsync()
    {
        var target = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        var version = await target.ScalarAsync<string>("show server_version_num");
        if (int.Parse(version, CultureInfo.InvariantCulture) / 10_000 < _binaries.Major)
        {
            await target.DisposeAsync();
            target = await NewOnOwnClusterAsync($"back_{_targets.Count}");
        }
        _targets.Add(target);
        return target;
    }

    /// <summary>A program that lies beside the server's, connected to a database.</summary>
    /// <exception cref="LocalClusterException">It failed; the message holds what it said.</exception>
    public async Task RunAsync(string program, TestDatabase database, params IEnumerable<string> arguments)
    {
        var to = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(_binaries[program],
        [
            "-h", to.Host!, "-p", to.Port.ToString(CultureInfo.InvariantCulture), "-U", to.Username!, "-d", to.Database!,
            .. arguments,
        ]);
        start.Environment["PGPASSWORD"] = to.Password;
        await Command.RunAsync(start, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        foreach (var target in _targets)
            await target.DisposeAsync();
        if (Live is not null)
            await Live.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<TestDatabase> NewOnOwnClusterAsync(string name)
    {
        await using var connection = new NpgsqlConnection(_cluster!.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync();
        return new TestDatabase(_cluster.ConnectionStringFor(name), _logins, () => Task.CompletedTask);
    }
}
