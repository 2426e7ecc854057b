// Brings a database to what db/ says, however many nodes start at once.
//
// lock (polled) ⇒ pending migrations ⇒ functions ⇒ triggers ⇒ changed aggregates, built and swapped ⇒ generated functions
// What is made belongs to the owner of the schema analytics, and the roles that exist get their privileges in the same
// transaction.
using Analytics.Store.Refresh;
using Analytics.Store.Roles;
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

/// <summary>What a migration did.</summary>
/// <param name="Applied">Paths below db/, in order; empty when everything was as it should be.</param>
public sealed record MigrationReport(IReadOnlyList<string> Applied);

/// <summary>Applies db/migrations once each, and db/definitions whenever they change.</summary>
public sealed class Migrator
{
    // Not in analytics.lock_id: it is needed before that function exists.
    private const long MigrateLock = 4702110003;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly NpgsqlConnection _connection;
    private readonly IReadOnlyList<Script> _migrations;
    private readonly IReadOnlyList<Script> _scripts;
    private readonly DefinitionSet _definitions;
    private readonly string _initialMode;
    private readonly Action<string> _log;
    private readonly List<string> _applied = [];

    private Migrator(NpgsqlConnection connection, MigrationOptions options, Action<string> log)
    {
        _connection = connection;
        _migrations = options.Migrations ?? Script.Migrations;
        _scripts = Script.DefinitionsWith(options.DefinitionsFolder);
        _definitions = DefinitionSet.Load(options);
        _initialMode = options.InitialMode;
        _log = log;
    }

    /// <summary>Migrates; waits while another node does.</summary>
    /// <exception cref="MigrationException">A landed migration was edited, or a definition lost a column.</exception>
    /// <exception cref="PostgresException">The database refused a statement.</exception>
    public static async Task<MigrationReport> MigrateAsync(
        string connectionString, Action<string>? log, CancellationToken ct, MigrationOptions? options = null)
    {
        // A connection of its own: session locks must not go back to a pool, and building a matview takes its time.
        var own = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            Multiplexing = false,
        };
        await using var connection = new NpgsqlConnection(own.ConnectionString);
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync("set statement_timeout = 0; set client_min_messages = warning; set jit = off");
        var migrator = new Migrator(connection, options ?? new MigrationOptions(), log ?? (_ => { }));
        await migrator.ActAsOwnerAsync(ct);
        await migrator.RunAsync(ct);
        // Closing lets go of the locks too, but a moment after we returned: a drain begun at once would not run.
        await connection.ExecuteAsync("select pg_advisory_unlock_all()");
        return new MigrationReport(migrator._applied);
    }

    private async Task RunAsync(CancellationToken ct)
    {
        // Polled, not awaited in the database: a waiting statement holds a snapshot, and create index concurrently on
        // the other node would wait for that snapshot for ever.
        await AcquireAsync(MigrateLock, "another migrator", ct);
        await MigrationLedger.CreateAsync(_connection, ct);
        if (await NewestAppliedAsync(ct) is { } newest && newest > _migrations[^1].Number)
        {
            // A build that is rolled back to serves beside what a newer one made (docs/upgrading.md); its definitions do not.
            _log($"migration {newest} was applied by a newer version, and this one knows up to {_migrations[^1].Number}: left as it is");
            return;
        }
        await new PendingMigrations(_connection, _log).ApplyAsync(_migrations, _applied, ct);
        await _connection.ExecuteAsync(new CommandDefinition(
            "insert into analytics.refresh_state (mode) values (@mode) on conflict do nothing",
            new { mode = _initialMode }, cancellationToken: ct));

        var applied = await MigrationLedger.DefinitionsAsync(_connection, ct);
        foreach (var function in _definitions.Functions)
            await ApplyDefinitionAsync(function.Id, function.Script.Text, function.Checksum, applied, ct);
        // Before the first build: whatever commits while a matview is built is already staged.
        await StagingTriggers.DeclareAsync(_connection, Definitions("triggers"), ct);
        var complete = await StagingTriggers.AreThereAsync(_connection, ct);
        foreach (var script in Definitions("triggers"))
            await ApplyDefinitionAsync(
                $"triggers/{script.Name}", script.Text, script.Checksum, complete ? applied : new Dictionary<string, string>(), ct);
        if (_definitions.Aggregates.Any(a => !IsApplied(a.Id, a.Checksum, applied)))
            await ApplyAggregatesAsync(applied, ct);
        await ApplyGeneratedAsync(applied, ct);
        await AggregateBuild.DropReplacedAsync(_connection, ct);
        foreach (var missing in await Privileges.ApplyAsync(_connection, ct))
            _log($"{missing.Role} lacks {missing.Words}, which this account cannot give: run 'analytics-gql roles'");
    }

    private async Task<int?> NewestAppliedAsync(CancellationToken ct) =>
        (await MigrationLedger.MigrationsAsync(_connection, ct)).Keys.Select(number => (int?)number).Max();

    /// <summary>
    /// Whoever migrates, what is made belongs to the owner of the schema: a definer function of a superuser would run with a
    /// superuser's rights.
    /// </summary>
    private async Task ActAsOwnerAsync(CancellationToken ct)
    {
        var owner = await _connection.ExecuteScalarAsync<string?>(new CommandDefinition("""
            select format('%I', o.rolname)
            from pg_roles as o
            left join pg_namespace as n on n.nspname = 'analytics'
            where o.rolname <> current_user and pg_has_role(current_user, o.oid, 'member')
              -- Where there is no schema yet, whoever was meant to create it.
              and (o.oid = n.nspowner
                   or n.oid is null and o.rolname = @Migrator and has_database_privilege(o.oid, current_database(), 'create'))
            """, new { RoleSetup.Migrator }, cancellationToken: ct));
        if (owner is not null)
            await ExecuteAsync($"set role {owner}", ct);
    }

    private IReadOnlyList<Script> Definitions(string folder) => Script.In(_scripts, folder);

    private async Task ApplyAggregatesAsync(IReadOnlyDictionary<string, string> applied, CancellationToken ct)
    {
        // A full refresh first runs out; then nothing drains until the new definitions stand. Staging waits meanwhile.
        await AcquireAsync("full-refresh", ct);
        await AcquireAsync("drain", ct);
        foreach (var aggregate in AggregatesToBuild(applied))
        {
            await new AggregateBuild(_connection, AggregateDeclaration.Parse(aggregate.Script), _log).RunAsync(aggregate.Checksum, ct);
            _applied.Add(aggregate.Script.Path);
        }
    }

    /// <summary>Those that changed; all where one of them is made of the matview session_summary, which may be a day old
    /// and lacks what the delta has.</summary>
    private IReadOnlyList<Definition> AggregatesToBuild(IReadOnlyDictionary<string, string> applied)
    {
        List<Definition> changed = [.. _definitions.Aggregates.Where(a => !IsApplied(a.Id, a.Checksum, applied))];
        return changed.Exists(a => AggregateDeclaration.Parse(a.Script).Folded is not null) ? _definitions.Aggregates : changed;
    }

    /// <summary>The functions that are put together from all aggregates.</summary>
    private async Task ApplyGeneratedAsync(IReadOnlyDictionary<string, string> applied, CancellationToken ct)
    {
        foreach (var (id, text) in await GeneratedAsync(ct))
            await ApplyDefinitionAsync(id, text, Script.Sha256(text), applied, ct);
    }

    private Task<IReadOnlyList<(string Id, string Text)>> GeneratedAsync(CancellationToken ct) =>
        GeneratedDefinitions.WriteAsync(_connection, _definitions.Aggregates, Definitions("refresh"), ct);

    private async Task ApplyDefinitionAsync(
        string id, string text, string checksum, IReadOnlyDictionary<string, string> applied, CancellationToken ct)
    {
        if (IsApplied(id, checksum, applied))
            return;
        _log($"applying definitions/{id}");
        await LockTimeout.RetryAsync(_connection, async _ =>
        {
            await ExecuteAsync(text, ct);
            await MigrationLedger.RecordDefinitionAsync(_connection, id, checksum, ct);
            await Privileges.ApplyAsync(_connection, ct);
        }, _log, ct);
        _applied.Add($"definitions/{id}.sql");
    }

    private static bool IsApplied(string id, string checksum, IReadOnlyDictionary<string, string> applied) =>
        applied.TryGetValue(id, out var then) && then == checksum;

    private async Task AcquireAsync(string purpose, CancellationToken ct) => await AcquireAsync(
        await _connection.ExecuteScalarAsync<long>("select analytics.lock_id(@purpose)", new { purpose }), $"the {purpose}", ct);

    /// <summary>A session lock: it goes with the connection, however this ends.</summary>
    private async Task AcquireAsync(long key, string holder, CancellationToken ct)
    {
        var said = false;
        while (!await _connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select pg_try_advisory_lock(@key)", new { key }, cancellationToken: ct)))
        {
            if (!said)
                _log($"waiting for {holder}");
            said = true;
            await Task.Delay(Poll, ct);
        }
    }

    private Task<int> ExecuteAsync(string sql, CancellationToken ct) =>
        _connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: ct));
}
