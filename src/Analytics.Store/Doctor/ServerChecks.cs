// PostgreSQL itself: its version, its settings, its clock.
using System.Globalization;
using Npgsql;

namespace Analytics.Store.Doctor;

internal static class ServerChecks
{
    public const int LeastVersion = 150_000;

    // The listener, a full refresh and a migration have connections of their own.
    private const int Unpooled = 3;
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<Check> All { get; } =
    [
        new("server.version", Severity.Error, "PostgreSQL is older than 15.", "Upgrade it.",
            (on, _) => Task.FromResult<IReadOnlyList<Fault>>(VersionFault(on.Primary.PostgreSqlVersion) is { } fault ? [fault] : []),
            NeedsSchema: false),
        new("server.connections", Severity.Warning, "One node's pools may open more connections than the server takes.",
            "Set Maximum Pool Size in the connection strings, or raise max_connections.", ConnectionsAsync, NeedsSchema: false),
        new("server.autovacuum", Severity.Error, "Autovacuum is off, for the server or for one of the engine's tables: the queue grows.",
            "alter table … reset (autovacuum_enabled), or alter system set autovacuum = on", AutovacuumAsync),
        new("server.time-zones", Severity.Error, "The time zone data is missing: weeks in other zones cannot be read.",
            "Install tzdata on the database server.", TimeZonesAsync, NeedsSchema: false),
        new("server.clock", Severity.Warning, "The clocks of this machine and of the database differ by more than two seconds.",
            "Let both follow a time server.", ClockAsync, NeedsSchema: false),
    ];

    internal static Fault? VersionFault(Version version) => version.Major * 10_000 >= LeastVersion ? null : new Fault(
        $"PostgreSQL is version {version}; at least {LeastVersion / 10_000}.",
        Remedy.Advice("Upgrade PostgreSQL (pg_upgrade, or dump and restore)."));

    private static async Task<IReadOnlyList<Fault>> ConnectionsAsync(Examination on, CancellationToken ct)
    {
        var most = await on.ScalarAsync<int>(
            "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int", ct);
        return ConnectionsFault(PoolsOf(on.Options), most) is { } fault ? [fault] : [];
    }

    /// <summary>Connections that one node may open: the worker's pool, the scheduler's, and that of reads.</summary>
    internal static int PoolsOf(DoctorOptions options) =>
        2 * Settings(options.Primary).MaxPoolSize + DataSources.ReadPoolSize(Settings(options.Reads ?? options.Primary)) + Unpooled;

    internal static Fault? ConnectionsFault(int needed, int most) => needed <= most ? null : new Fault(
        $"One node may open {needed} connections, and the server takes {most}.",
        Remedy.Advice(string.Create(CultureInfo.InvariantCulture,
            $"Set 'Maximum Pool Size={Math.Max((most - Unpooled) / 3, 1)}' or less in the connection strings, fewer where several nodes run.")),
        Remedy.Sql($"alter system set max_connections = {needed + 20}"),
        Remedy.Advice("… and restart PostgreSQL."));

    private static NpgsqlConnectionStringBuilder Settings(ConfiguredConnection configured) => new(configured.ConnectionString);

    private static async Task<IReadOnlyList<Fault>> AutovacuumAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (await on.ScalarAsync<string>("select current_setting('autovacuum')", ct) == "off")
            faults.Add(new Fault("autovacuum is off.", Remedy.Sql("alter system set autovacuum = on"), Remedy.Sql("select pg_reload_conf()")));
        faults.AddRange(await on.FaultsAsync<string>("""
            select format('analytics.%I', c.relname) from pg_class as c
            where c.relnamespace = 'analytics'::regnamespace and 'autovacuum_enabled=false' = any (c.reloptions)
            order by 1
            """, table => new Fault($"autovacuum is off for {table}.", Remedy.Sql($"alter table {table} reset (autovacuum_enabled)")), ct));
        return faults;
    }

    private static async Task<IReadOnlyList<Fault>> TimeZonesAsync(Examination on, CancellationToken ct) =>
        await on.ScalarAsync<bool>("select exists (select from pg_timezone_names where name = 'America/New_York')", ct)
            ? []
            : [new Fault(
                "The database knows no zone 'America/New_York'.", Remedy.Advice("Install tzdata on the database server and restart it."))];

    private static async Task<IReadOnlyList<Fault>> ClockAsync(Examination on, CancellationToken ct)
    {
        var before = on.Options.Time.GetUtcNow().UtcDateTime;
        var theirs = await on.ScalarAsync<DateTime>("select clock_timestamp()", ct);
        var after = on.Options.Time.GetUtcNow().UtcDateTime;
        // What the question took is nobody's skew.
        var skew = theirs < before ? before - theirs : theirs > after ? theirs - after : TimeSpan.Zero;
        return skew <= MostSkew ? [] : [new Fault(
            string.Create(CultureInfo.InvariantCulture, $"The database's clock differs from this machine's by {skew.TotalSeconds:F1} s."),
            Remedy.Advice("Let both follow a time server (chronyd, systemd-timesyncd)."))];
    }
}
