// What stands between the server and the database, and what the account's settings do to its sessions.
using System.Net;
using Dapper;
using Npgsql;

namespace Analytics.Store.Doctor;

internal static class ConnectionChecks
{
    public const string Pooler = "connection.pooler";

    public static IReadOnlyList<Check> All { get; } =
    [
        new(Pooler, Severity.Error,
            "A pooler stands in between. In transaction mode it hands a session to others between statements: session locks, "
            + "LISTEN and prepared statements get lost.",
            "Connect to PostgreSQL itself.", PoolerAsync, NeedsSchema: false),
        new("connection.tls", Severity.Warning, "A connection to another machine is not encrypted, or trusts any certificate.",
            "Set SSL Mode=VerifyFull and Root Certificate in the connection string.", TlsAsync, NeedsSchema: false),
        new("connection.superuser", Severity.Warning, "The server connects as a superuser, or as the owner of the schema.",
            "Let it connect as a login of analytics_refresher, and read as one of analytics_reader.", SuperuserAsync, NeedsSchema: false),
        new("connection.role", Severity.Error, "An account is no member of the role that its work needs.",
            "grant … to …", RoleAsync),
        new("connection.isolation", Severity.Warning, "The account's transactions are stricter than read committed unless told otherwise.",
            "alter role … set default_transaction_isolation", IsolationAsync, NeedsSchema: false),
        new("connection.timeouts", Severity.Warning, "A time-out ends sessions that rest, or work that takes its time.",
            "alter role … set … = 0", TimeoutsAsync, NeedsSchema: false),
    ];

    internal static Fault Refusing(ConfiguredConnection configured, string message) => new(
        $"{configured.Key}: a pooler refuses the session's settings ({message}).",
        Remedy.Advice($"Let {configured.Key} name PostgreSQL itself; the server keeps pools of its own."));

    private static async Task<IReadOnlyList<Fault>> PoolerAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        foreach (var opened in on.Opened)
            // PostgreSQL tells a session's process when it begins; a pooler cannot know yet which it will be.
            if (await ScalarAsync<int>(opened, "select pg_backend_pid()", ct) != opened.Connection.ProcessID)
                faults.Add(new Fault(
                    $"{opened.Configured.Key}: the session is not the process that was told when it began.",
                    Remedy.Advice($"Let {opened.Configured.Key} name PostgreSQL itself, or a pooler in session mode at the least.")));
        return faults;
    }

    private static async Task<IReadOnlyList<Fault>> TlsAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        foreach (var opened in on.Opened)
        {
            var encrypted = await ScalarAsync<bool>(
                opened, "select coalesce((select s.ssl from pg_stat_ssl as s where s.pid = pg_backend_pid()), false)", ct);
            if (TlsFault(opened.Settings.Host, opened.Settings.SslMode, encrypted) is { } fault)
                faults.Add(new Fault($"{opened.Configured.Key}: {fault}", Remedy.Advice(
                    $"Add 'SSL Mode=VerifyFull;Root Certificate=FILE' to {opened.Configured.Key}; the server needs ssl = on.")));
        }
        return faults;
    }

    /// <summary>Null when nothing crosses a network, or what does is encrypted for one whom a certificate names.</summary>
    internal static string? TlsFault(string? hosts, SslMode mode, bool encrypted)
    {
        var away = (hosts ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(h => !IsHere(h)).ToList();
        return away.Count == 0 || encrypted && mode is SslMode.VerifyFull or SslMode.VerifyCA ? null
            : encrypted ? $"any certificate of {string.Join(", ", away)} is trusted (SSL Mode={mode})."
            : $"what goes to {string.Join(", ", away)} is not encrypted (SSL Mode={mode}).";
    }

    private static bool IsHere(string host)
    {
        if (host.StartsWith('/') || host.StartsWith('@'))
            return true; // a socket of this machine
        var name = host.Count(c => c == ':') == 1 ? host[..host.IndexOf(':', StringComparison.Ordinal)] : host;
        return name == "localhost" || IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address);
    }

    private static async Task<IReadOnlyList<Fault>> SuperuserAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        foreach (var opened in on.Opened.Where(o => o.Configured != on.Options.Migrate))
            if (await ScalarAsync<string?>(opened, """
                    select case when r.rolsuper then 'a superuser' else 'the owner of the schema analytics' end
                    from pg_roles as r left join pg_namespace as n on n.nspname = 'analytics'
                    where r.rolname = session_user and (r.rolsuper or pg_has_role(r.oid, n.nspowner, 'member'))
                    """, ct) is { } what)
                faults.Add(new Fault(
                    $"{opened.Configured.Key} connects as {what}.",
                    Remedy.Command("analytics-gql roles --reader NAME --refresher NAME --apply"),
                    Remedy.Advice($"Let {opened.Configured.Key} name that account (docs/roles.md).")));
        return faults;
    }

    private static async Task<IReadOnlyList<Fault>> RoleAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        foreach (var opened in on.Opened)
        {
            var role = opened.Configured == on.Options.Primary ? "analytics_refresher"
                : opened.Configured == on.Options.Reads ? "analytics_reader" : "analytics_migrator";
            var lacking = await ScalarAsync<string?>(opened, """
                select session_user::text
                from pg_roles as r left join pg_namespace as n on n.nspname = 'analytics'
                where r.rolname = @role and not pg_has_role(session_user, r.oid, 'member')
                  -- An owner may do it all.
                  and pg_has_role(session_user, n.nspowner, 'member') is not true
                """, ct, new { role });
            if (lacking is not null)
                faults.Add(new Fault(
                    $"{opened.Configured.Key} connects as {lacking}, who is no member of {role}.",
                    Remedy.Sql($"grant {role} to {Roles.RoleSetup.Quoted(lacking)}")));
        }
        return faults;
    }

    private static async Task<IReadOnlyList<Fault>> IsolationAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        foreach (var opened in on.Opened)
            if (await ScalarAsync<string>(opened, "select current_setting('default_transaction_isolation')", ct) is var level
                && level is not "read committed" and not "read uncommitted")
                faults.Add(new Fault(
                    $"{opened.Configured.Key}: default_transaction_isolation is '{level}'; transactions of the jobs may fail where they meet.",
                    await SetAsync(opened, "default_transaction_isolation", "'read committed'", ct)));
        return faults;
    }

    private static async Task<IReadOnlyList<Fault>> TimeoutsAsync(Examination on, CancellationToken ct)
    {
        var faults = new List<Fault>();
        foreach (var opened in on.Opened)
        {
            var settings = await opened.Connection.QueryAsync<(string Name, string Value)>(new CommandDefinition("""
                select s.name, s.setting || coalesce(s.unit, '') from pg_settings as s
                where s.setting <> '0'
                  and (s.name in ('idle_session_timeout', 'idle_in_transaction_session_timeout')
                       -- Reads set their own; a drain or a refresh takes as long as it takes.
                       or not @reads and s.name in ('statement_timeout', 'transaction_timeout'))
                  and not (s.name = 'idle_in_transaction_session_timeout' and s.setting::bigint >= 60000)
                """, new { reads = opened.Configured == on.Options.Reads }, cancellationToken: ct));
            foreach (var (name, value) in settings)
                faults.Add(new Fault(
                    $"{opened.Configured.Key}: {name} is {value}; it ends sessions that the server needs.",
                    await SetAsync(opened, name, "0", ct)));
        }
        return faults;
    }

    /// <summary>For one account in one database: nothing that it connects with comes before that.</summary>
    private static async Task<Remedy> SetAsync(OpenedConnection opened, string name, string value, CancellationToken ct) =>
        Remedy.Sql(await ScalarAsync<string>(opened,
            "select format('alter role %I in database %I set %I = %s', session_user, current_database(), @name, @value)",
            ct, new { name, value }));

    private static async Task<T> ScalarAsync<T>(OpenedConnection opened, string sql, CancellationToken ct, object? parameters = null) =>
        (await opened.Connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct)))!;
}
