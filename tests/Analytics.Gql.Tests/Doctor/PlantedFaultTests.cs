// One fault after another is planted; the doctor finds it and nothing else, what it prints is run, and it is content.
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Doctor;
using Npgsql;

namespace Analytics.Gql.Tests.Doctor;

public sealed class PlantedFaultTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await new Workouts(_database).FullRefreshAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Theory]
    [InlineData("trigger.disabled", "alter table core.sets disable trigger analytics_stage_update")]
    [InlineData("trigger.missing", "drop trigger analytics_stage_delete on core.sessions")]
    [InlineData("index.core", "drop index core.sessions_user_week")]
    [InlineData("index.core", "drop index core.sets_session_exercise")]
    [InlineData("index.core", "update pg_index set indisvalid = false where indexrelid = 'core.sessions_user_started'::regclass")]
    [InlineData("index.aggregate", "drop index analytics.session_summary_session_id")]
    [InlineData("index.aggregate", "drop index analytics.weekly_aggregates_key")]
    [InlineData("index.aggregate", "drop index analytics.session_summary_delta_user_id_started_at_session_id")]
    [InlineData("privilege.missing", "revoke select on analytics.session_summary_current from analytics_reader")]
    [InlineData("privilege.missing", "revoke execute on function analytics.drain(int, int, timestamptz) from analytics_refresher")]
    [InlineData("privilege.missing", "revoke select (display_name) on core.users from analytics_reader")]
    [InlineData("privilege.public", "grant execute on function analytics.drain(int, int, timestamptz) to public")]
    [InlineData("privilege.excess", "grant select on core.sets to analytics_reader")]
    [InlineData("privilege.excess", "grant select (started_at) on core.sessions to analytics_refresher")]
    [InlineData("privilege.definer", "alter function analytics.counted_freshness(uuid[], text, text) reset search_path")]
    [InlineData("aggregate.unpopulated", "refresh materialized view analytics.personal_records with no data")]
    [InlineData("migration.pending", "update analytics.schema_definitions set checksum = '' where name = 'refresh/drain'")]
    [InlineData("night.missed", "update analytics.refresh_state set last_full_refresh_at = now() - interval '2 days'")]
    [InlineData("night.failed", "insert into analytics.refresh_runs (kind, outcome, started_at, ended_at, error) values ('FULL', 'FAILED', now(), now(), 'x')")]
    [InlineData("queue.failing", "insert into analytics.staging_changes (user_id, week, attempts, retry_at, error) values (gen_random_uuid(), now(), 3, now() + interval '1 hour', 'overflow')")]
    [InlineData("queue.late", "insert into analytics.staging_changes (user_id, week, changed_at) values (gen_random_uuid(), now(), now() - interval '1 hour')")]
    [InlineData("queue.deep", "insert into analytics.staging_changes (user_id) select gen_random_uuid() from generate_series(1, 11)")]
    [InlineData("server.autovacuum", "alter table analytics.staging_changes set (autovacuum_enabled = false)")]
    [InlineData("connection.isolation", "do $$ begin execute format('alter database %I set default_transaction_isolation = serializable', current_database()); end $$")]
    [InlineData("connection.timeouts", "do $$ begin execute format('alter database %I set idle_session_timeout = ''10min''', current_database()); end $$")]
    [InlineData("connection.timeouts", "do $$ begin execute format('alter database %I set statement_timeout = ''5s''', current_database()); end $$")]
    public async Task A_fault_is_found_alone_and_its_remedy_mends_it(string id, string plant)
    {
        Assert.Equal("", Words(await FindAsync()));
        await _database.ExecuteAsync(plant);
        var findings = await FindAsync();
        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.Equal(id, finding.Id));
        foreach (var remedy in findings.SelectMany(f => f.Remedies).Distinct())
            await ApplyAsync(remedy);
        Assert.Equal("", Words(await FindAsync()));
    }

    [Fact]
    public async Task Whoever_rests_on_a_lock_is_named_and_can_be_ended()
    {
        await using var holder = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_database.RefresherConnectionString) { Pooling = false }.ConnectionString);
        await holder.OpenAsync();
        await using (var take = new NpgsqlCommand("select pg_advisory_lock(analytics.lock_id('drain'))", holder))
            await take.ExecuteNonQueryAsync();
        Assert.Equal("", Words(await FindAsync()));
        var finding = Assert.Single(await FindAsync(Options() with { Patience = TimeSpan.Zero }));
        Assert.Equal("queue.lock", finding.Id);
        Assert.Contains($"Process {holder.ProcessID} holds the lock 'drain'", finding.Found, StringComparison.Ordinal);
        await ApplyAsync(Assert.Single(finding.Remedies));
        await _database.UntilAsync($"select not exists (select from pg_stat_activity where pid = {holder.ProcessID})");
        Assert.Equal("", Words(await FindAsync(Options() with { Patience = TimeSpan.Zero })));
    }

    [Fact]
    public async Task A_database_without_anything_is_told_to_migrate_and_one_without_accounts_to_make_them()
    {
        await using var empty = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        var options = new DoctorOptions { Primary = new("primary", empty.ConnectionString) };
        Assert.Equal(["connection.superuser", "migration.pending"], (await FindAsync(options)).Select(f => f.Id));
        await ApplyAsync(Remedy.Command("analytics-gql migrate"), empty.ConnectionString, empty.ConnectionString);
        Assert.DoesNotContain(await FindAsync(options), f => f.Id == "migration.pending");
    }

    [Fact]
    public async Task An_account_that_is_refused_is_told_without_its_password()
    {
        var refused = new NpgsqlConnectionStringBuilder(_database.ReaderConnectionString) { Password = "not-this-one" }.ConnectionString;
        var finding = Assert.Single(await FindAsync(Options() with { Reads = new("ConnectionStrings:AnalyticsRead", refused) }));
        Assert.Equal("connection.refused", finding.Id);
        Assert.DoesNotContain("not-this-one", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_of_the_wrong_role_is_told_which_it_lacks()
    {
        var findings = await FindAsync(Options() with { Primary = new("primary", _database.ReaderConnectionString) });
        Assert.Contains(findings, f => f.Id == "connection.role" && f.Remedies.Any(r => r.Text.StartsWith("grant analytics_refresher to", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task It_only_reads()
    {
        await _database.ExecuteAsync(
            "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$");
        Assert.Equal("", Words(await FindAsync()));
    }

    private Task<IReadOnlyList<Finding>> FindAsync(DoctorOptions? options = null) =>
        DoctorRun.RunAsync(options ?? Options(), CancellationToken.None);

    private DoctorOptions Options() => new()
    {
        Primary = new("primary", _database.RefresherConnectionString),
        Reads = new("reads", _database.ReaderConnectionString),
        Migrate = new("migrate", _database.MigratorConnectionString),
        MaxStaged = 10,
    };

    private Task ApplyAsync(Remedy remedy) => ApplyAsync(remedy, _database.RefresherConnectionString, _database.MigratorConnectionString);

    private async Task ApplyAsync(Remedy remedy, string primary, string migrate)
    {
        if (remedy.Kind == RemedyKind.Sql)
            await _database.ExecuteAsync(remedy.Text);
        if (remedy.Kind != RemedyKind.Command)
            return;
        var done = await ServerProcess.RunAsync(remedy.Text.Split(' ')[1..], new Dictionary<string, string>
        {
            ["ConnectionStrings__Analytics"] = primary,
            ["ConnectionStrings__AnalyticsMigrate"] = migrate,
        });
        Assert.True(done.ExitCode == 0, $"{remedy.Text}: {done.Output}{done.Errors}");
    }

    private static string Words(IEnumerable<Finding> findings) => string.Join("; ", findings.Select(f => $"{f.Id}: {f.Found}"));
}
