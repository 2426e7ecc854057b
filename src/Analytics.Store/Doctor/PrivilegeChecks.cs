// The roles: whether each has what it needs, and nothing else.
using Analytics.Store.Roles;

namespace Analytics.Store.Doctor;

internal static class PrivilegeChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("privilege.roles", Severity.Warning, "The roles analytics_reader, analytics_refresher or analytics_migrator do not exist.",
            "analytics-gql roles --apply", RolesAsync),
        new("privilege.missing", Severity.Error, "A role lacks a privilege that its work needs.", "grant … to …",
            (on, ct) => WantedAsync(on, p => p.Role != "public" && p.RoleExists, p => $"{p.Role} lacks {p.Words}.", ct)),
        new("privilege.public", Severity.Warning, "Everyone may execute a function that reads or writes tables.",
            "revoke all on … from public",
            (on, ct) => WantedAsync(on, p => p.Role == "public", p => $"Everyone may {p.Words}.", ct)),
        new("privilege.excess", Severity.Warning, "The reader or the refresher may do more than it needs.", "revoke … from …",
            async (on, ct) => [.. (await Privileges.ExcessAsync(on.Primary, ct)).Select(e => new Fault(
                $"{e.Role} may {e.Words}, which it does not need.", Remedy.Sql(e.Statement)))]),
        new("privilege.definer", Severity.Error, "A function that runs with its owner's rights looks names up where its caller says.",
            "alter routine … set search_path = pg_catalog, pg_temp", DefinerAsync),
    ];

    private static Task<IReadOnlyList<Fault>> RolesAsync(Examination on, CancellationToken ct) => on.FaultsAsync<string>("""
        select n.name from unnest(@names) as n (name) where not exists (select from pg_roles as r where r.rolname = n.name)
        """,
        name => new Fault($"There is no role {name}.", Remedy.Command("analytics-gql roles --apply")), ct,
        new { names = new[] { RoleSetup.Reader, RoleSetup.Refresher, RoleSetup.Migrator } });

    private static async Task<IReadOnlyList<Fault>> WantedAsync(
        Examination on, Func<Privilege, bool> of, Func<Privilege, string> words, CancellationToken ct) =>
        [.. (await Privileges.ReadAsync(on.Primary, ct)).Where(p => !p.Held && of(p))
            .Select(p => new Fault(words(p), Remedy.Sql(p.Statement)))];

    private static Task<IReadOnlyList<Fault>> DefinerAsync(Examination on, CancellationToken ct) => on.FaultsAsync<string>("""
        select format('analytics.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
        from pg_proc as p
        where p.pronamespace = 'analytics'::regnamespace and p.prosecdef
          and not 'search_path=pg_catalog, pg_temp' = any (coalesce(p.proconfig, '{}'))
        order by 1
        """,
        routine => new Fault(
            $"{routine} runs with its owner's rights and has no fixed search_path.",
            Remedy.Sql($"alter routine {routine} set search_path = pg_catalog, pg_temp")), ct);
}
