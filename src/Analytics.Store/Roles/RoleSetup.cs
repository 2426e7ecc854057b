// The three roles, and who logs in as them: the statements that a database lacks, to be read first or to be run.
//
// roles ⇒ memberships ⇒ logins (without passwords) ⇒ ownership ⇒ privileges; what is there already is left out
using Analytics.Store.Migrations;
using Dapper;
using Npgsql;

namespace Analytics.Store.Roles;

/// <summary>Names of the accounts that log in; null: none is asked for. They get no password here.</summary>
public sealed record RoleLogins(string? Reader = null, string? Refresher = null, string? Migrator = null)
{
    internal IEnumerable<(string Login, string Role)> All => new (string? Login, string Role)[]
    {
        (Reader, RoleSetup.Reader), (Refresher, RoleSetup.Refresher), (Migrator, RoleSetup.Migrator),
    }.Where(l => l.Login is not null).Select(l => (l.Login!, l.Role));
}

public static class RoleSetup
{
    /// <summary>Reads what an answer is made of, and stages.</summary>
    public const string Reader = "analytics_reader";

    /// <summary>Is a reader, and does what the jobs do.</summary>
    public const string Refresher = "analytics_refresher";

    /// <summary>Owns the schema analytics, and migrates.</summary>
    public const string Migrator = "analytics_migrator";

    // Roles are the cluster's, and somebody else may be creating them just now, for another database.
    private const int MostRounds = 5;

    /// <summary>What is missing, in the order to run it in; empty when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> StatementsAsync(NpgsqlConnection connection, RoleLogins logins, CancellationToken ct)
    {
        var statements = new List<string>();
        foreach (var role in (string[])[Reader, Refresher, Migrator])
            if (!await ExistsAsync(connection, role, ct))
                statements.Add($"create role {role} nologin");
        await AddMembershipAsync(connection, statements, Reader, Refresher, ct);
        foreach (var (login, role) in logins.All)
            await AddLoginAsync(connection, statements, login, role, ct);
        foreach (var owner in await OwnersOfCoreAsync(connection, ct))
            await AddMembershipAsync(connection, statements, owner, Migrator, ct);
        statements.AddRange(await connection.QueryAsync<string>(
            new CommandDefinition(Script.Embedded("roles/ownership.sql"), cancellationToken: ct)));
        statements.AddRange((await Privileges.ReadAsync(connection, ct)).Where(p => !p.Held).Select(p => p.Statement));
        return statements;
    }

    /// <summary>Runs what is missing, in one transaction. The account is a superuser, or a member of all that take
    /// part.</summary>
    /// <param name="log">Told of each statement.</param>
    public static async Task ApplyAsync(NpgsqlConnection connection, RoleLogins logins, Action<string>? log, CancellationToken ct)
    {
        for (var round = 1; ; round++)
        {
            var statements = await StatementsAsync(connection, logins, ct);
            if (statements.Count == 0)
                return;
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                foreach (var statement in statements)
                {
                    log?.Invoke(statement);
                    await connection.ExecuteAsync(new CommandDefinition(statement, cancellationToken: ct));
                }
                await transaction.CommitAsync(ct);
                return;
            }
            catch (PostgresException e) when (round < MostRounds
                && (e.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation || IsConcurrent(e)))
            {
                // Somebody else was quicker; what they made is left out in the next round.
            }
        }
    }

    // 'tuple concurrently updated' has no code of its own.
    private static bool IsConcurrent(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.InternalError && e.MessageText.Contains("concurrently", StringComparison.Ordinal);

    private static async Task AddLoginAsync(
        NpgsqlConnection connection, List<string> statements, string login, string role, CancellationToken ct)
    {
        var name = Quoted(login);
        if (!await ExistsAsync(connection, login, ct))
            statements.Add($"create role {name} login");
        await AddMembershipAsync(connection, statements, role, login, ct);
        // What a login makes (the scheduler's tables) belongs to the role, so that its successor may go on with it.
        if (role == Refresher && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition("""
                select exists (select from pg_roles as r where r.rolname = @login and @setting = any (r.rolconfig))
                """, new { login, setting = $"role={role}" }, cancellationToken: ct)))
            statements.Add($"alter role {name} set role = {role}");
    }

    private static async Task AddMembershipAsync(
        NpgsqlConnection connection, List<string> statements, string role, string member, CancellationToken ct)
    {
        var isMember = await connection.ExecuteScalarAsync<bool>(new CommandDefinition("""
            select exists (
                select from pg_auth_members as m
                join pg_roles as r on r.oid = m.roleid join pg_roles as u on u.oid = m.member
                where r.rolname = @role and u.rolname = @member)
            """, new { role, member }, cancellationToken: ct));
        if (!isMember)
            statements.Add($"grant {Quoted(role)} to {Quoted(member)}");
    }

    private static async Task<IReadOnlyList<string>> OwnersOfCoreAsync(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<string>(new CommandDefinition("""
            select distinct o.rolname::text
            from pg_class as c join pg_namespace as n on n.oid = c.relnamespace join pg_roles as o on o.oid = c.relowner
            where n.nspname = 'core' and c.relkind in ('r', 'p', 'v') and not o.rolsuper and o.rolname <> @Migrator
            """, new { Migrator }, cancellationToken: ct))];

    private static Task<bool> ExistsAsync(NpgsqlConnection connection, string role, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pg_roles where rolname = @role)", new { role }, cancellationToken: ct));

    /// <summary>As it may stand in a statement: quoted only where it must be.</summary>
    internal static string Quoted(string name) => name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
        ? name
        : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
