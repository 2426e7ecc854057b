// What each role may do, as db/roles/privileges.sql lists it: what is missing, what is too much.
using Analytics.Store.Migrations;
using Dapper;
using Npgsql;

namespace Analytics.Store.Roles;

/// <summary>One privilege that a role is meant to have, on one object.</summary>
/// <param name="Role"><c>public</c>: it is meant to have none.</param>
/// <param name="Target">Such as <c>analytics.refresh_state</c>.</param>
/// <param name="Words">Such as <c>select on analytics.refresh_state</c>.</param>
/// <param name="Columns">Null: the whole object.</param>
/// <param name="MayGrant">Whether whoever asked could run <paramref name="Statement"/>.</param>
public sealed record Privilege(
    string Role, string Target, IReadOnlyList<string> Privileges, IReadOnlyList<string>? Columns, string Words, bool RoleExists,
    bool MayGrant, bool Held, string Statement);

/// <summary>A privilege that a role has and is not meant to.</summary>
public sealed record ExcessPrivilege(string Role, string Words, string Statement);

public static class Privileges
{
    private sealed record Row
    {
        public string Role { get; init; } = "";
        public string Target { get; init; } = "";
        public string[] Privileges { get; init; } = [];
        public string[]? Columns { get; init; }
        public string Privilege { get; init; } = "";
        public bool RoleExists { get; init; }
        public bool MayGrant { get; init; }
        public bool Held { get; init; }
        public string Statement { get; init; } = "";
    }

    private sealed record Grant(string Role, string Target, string Privilege, string? Column);

    /// <summary>Everything that is wanted in this database, held or not.</summary>
    public static async Task<IReadOnlyList<Privilege>> ReadAsync(NpgsqlConnection connection, CancellationToken ct) =>
        [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            Script.Embedded("roles/privileges.sql")
                .Replace("as role_exists", "as RoleExists", StringComparison.Ordinal)
                .Replace("as may_grant", "as MayGrant", StringComparison.Ordinal), cancellationToken: ct)))
            .Select(r => new Privilege(r.Role, r.Target, r.Privileges, r.Columns, r.Privilege, r.RoleExists, r.MayGrant, r.Held, r.Statement))];

    /// <summary>
    /// Gives what is missing, as far as the connection's account may. In the transaction that makes an object, so that nobody
    /// meets it without its privileges, or with those that PostgreSQL gives to everyone.
    /// </summary>
    /// <returns>What existing roles still lack.</returns>
    public static async Task<IReadOnlyList<Privilege>> ApplyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var missing = (await ReadAsync(connection, ct)).Where(p => p is { Held: false, RoleExists: true }).ToList();
        foreach (var privilege in missing.Where(p => p.MayGrant))
            await connection.ExecuteAsync(new CommandDefinition(privilege.Statement, cancellationToken: ct));
        return [.. missing.Where(p => !p.MayGrant)];
    }

    /// <summary>What the reader and the refresher have on tables and views, wherever, that is not wanted.</summary>
    public static async Task<IReadOnlyList<ExcessPrivilege>> ExcessAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var wanted = (await ReadAsync(connection, ct))
            .SelectMany(p => p.Privileges.SelectMany(one => (p.Columns ?? [null!]).Select(c => new Grant(p.Role, p.Target, one, c))))
            .ToHashSet();
        var held = await connection.QueryAsync<Grant>(new CommandDefinition("""
            with relations as (
                select c.oid, c.relacl, c.relowner, format('%I.%I', n.nspname, c.relname) as object
                from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'quartz'
            )
            select r.rolname::text as Role, x.object as Target, lower(x.privilege_type) as Privilege, x.column_name as Column
            from (
                select c.object, null::text as column_name, a.grantee, a.privilege_type
                from relations as c cross join aclexplode(c.relacl) as a where a.grantee <> c.relowner
                union all
                select c.object, t.attname::text, a.grantee, a.privilege_type
                from relations as c join pg_attribute as t on t.attrelid = c.oid cross join aclexplode(t.attacl) as a
            ) as x
            join pg_roles as r on r.oid = x.grantee
            where r.rolname in ('analytics_reader', 'analytics_refresher')
            order by 1, 2, 3, 4
            """, cancellationToken: ct));
        return [.. held.Where(g => !wanted.Contains(g)).Select(g =>
        {
            var what = g.Privilege + (g.Column is null ? "" : $" ({g.Column})");
            return new ExcessPrivilege(g.Role, $"{what} on {g.Target}", $"revoke {what} on {g.Target} from {g.Role}");
        })];
    }
}
