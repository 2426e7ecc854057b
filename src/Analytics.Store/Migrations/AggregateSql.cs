// The SQL that follows from an aggregate's declaration: its objects, and its part of the generated functions.
namespace Analytics.Store.Migrations;

/// <summary>A column of a live view.</summary>
public sealed record Column(string Name, string Type);

/// <summary>Writes the statements for one aggregate. Names ending in _next are renamed once they are whole.</summary>
public sealed class AggregateSql(AggregateDeclaration declaration, IReadOnlyList<Column> columns)
{
    private readonly string _name = declaration.Name;
    private readonly List<string> _columns = [.. columns.Select(c => c.Name)];
    private readonly List<string> _values = [.. columns.Select(c => c.Name).Except(declaration.Key)];

    // REFRESH … CONCURRENTLY sorts the rows that have no null, twice, to see whether two are alike, which a key excludes.
    private const string NeverAlike = "never_alike";

    /// <summary>The objects of an aggregate as they are written for each: another text when they are to be built anew. What the
    /// functions get of it is not in it: they are compared whole.</summary>
    public static string Template
    {
        get
        {
            var any = new AggregateSql(
                new AggregateDeclaration("any", "", ["user_id"], "", null, null, null, ["value"], ["key"], ["page"]), [new("user_id", "uuid"), new("value", "int")]);
            return string.Join('\n', [
                any.CreateMatview, any.CreateKeyIndex, any.CreateDelta, any.CreateCurrentOverNext,
                .. any.Indexes().Select(index => index.Matview + index.Delta)]);
        }
    }

    // Reads of an index alone need vacuum to have been at the rows' pages: after each night, and not only when a fifth of the
    // rows are others.
    public string CreateMatview => $"""
        create materialized view analytics.{_name}_next
        with (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 500,
              autovacuum_vacuum_insert_scale_factor = 0.005, autovacuum_vacuum_insert_threshold = 500) as
        select {List(_columns, "v")}, null::boolean as {NeverAlike}
        from {declaration.Folded switch
    {
        { } rows => $"({rows.Replace(declaration.NarrowFunction, $"{declaration.NarrowFunction}_next", StringComparison.Ordinal)})",
        null => $"{declaration.LiveView}_next",
    }} as v;
        """;

    /// <summary>Recomputed rows come one after the other and are updated in place: room on each page, early vacuum.</summary>
    public string CreateDelta => $"""
        create table analytics.{_name}_delta_next (
            {string.Join(",\n    ", columns.Select(c => $"{c.Name} {c.Type}{(declaration.Key.Contains(c.Name) ? " not null" : "")}"))},
            deleted boolean not null,
            generation bigint not null,
            refreshed_at timestamptz not null,
            constraint {_name}_delta_next_pkey primary key ({List(declaration.Key)})
        ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
                autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 500);
        """;

    /// <summary>Index name without the relation's, its DDL on the matview and on the delta.</summary>
    public IEnumerable<(string Name, string Matview, string Delta)> Indexes()
    {
        foreach (var index in declaration.Indexes)
            yield return Index(index, "");
        foreach (var page in declaration.Pages)
            yield return Index(page, " where not deleted");
    }

    public string CreateKeyIndex =>
        $"create unique index {_name}_next_key on analytics.{_name}_next ({List(declaration.Key)})"
        + (declaration.Included.Count == 0 ? ";" : $" include ({List(declaration.Included)});");

    /// <summary>What readers read. last_refresh_at stands first, so that columns can be appended.</summary>
    public string CreateCurrentOverNext => $"""
        create or replace view analytics.{_name}_current as
        select d.refreshed_at as last_refresh_at, {List(_columns, "d")}
        from analytics.{_name}_delta_next as d
        where not d.deleted
        union all
        select (select (r.stamps ->> '{_name}')::timestamptz from analytics.refresh_state as r where r.one), {List(_columns, "m")}
        from analytics.{_name}_next as m
        where not exists (select from analytics.{_name}_delta_next as d where {SameKey("d", "m")});
        """;

    public string Comments => $"""
        comment on materialized view analytics.{_name} is
            'Pre-computed {_name}, as of its stamp in refresh_state; read {_name}_current.';
        comment on column analytics.{_name}.{NeverAlike} is
            'Always null: spares REFRESH … CONCURRENTLY the search for rows that are alike, which the key excludes.';
        comment on table analytics.{_name}_delta is
            'Rows of {_name} recomputed since the last full refresh; deleted rows hide the matview''s.';
        comment on view analytics.{_name}_current is
            '{_name} as readers see it: the delta, and the matview where the delta is silent. Columns as in {_name}_live.';
        comment on column analytics.{_name}_current.last_refresh_at is 'When this row was recomputed.';
        """;

    /// <summary>Which keys the changes touch: part of analytics.drain and of the aggregate's pending function.</summary>
    private string Keys => $"""
        {With}    {_name}_keys as materialized (
                select distinct {List(declaration.Key, "k")} from (
                    {Indented(declaration.Changed, 12)}
                    union all
                    select {List(declaration.Key, "u")}
                    from whole_users as w
                    cross join lateral (
                        select {List(declaration.Key, "v")} from {declaration.LiveView} as v where v.user_id = w.user_id
                        union
                        select {List(declaration.Key, "m")} from analytics.{_name} as m where m.user_id = w.user_id
                        union
                        select {List(declaration.Key, "d")} from analytics.{_name}_delta as d where d.user_id = w.user_id
                        offset 0
                    ) as u
                ) as k
            ),
        """;

    private string With => declaration.With is { } with ? $"    {Indented(with, 4)},\n" : "";

    private bool HasShortcut => declaration.Shortcut is not null;

    /// <summary>The keys' rows anew, from the shortcut or the live view; a key that has a row in neither is a tombstone.</summary>
    private string Rows => (HasShortcut ? $"""
                left join (
                    {Indented(declaration.Shortcut!, 12)}
                ) as n on {SameKey("n", "k")}

        """ : "") + $"""
                left join lateral (
                    select {List(_columns, "v")}
                    from {declaration.LiveView} as v
                    where {SameKey("v", "k")}{(HasShortcut ? " and n.user_id is null" : "")}
                    offset 0
                ) as v on true
        """;

    private string RowColumns => string.Join(", ", _columns.Select(c =>
        declaration.Key.Contains(c) ? $"k.{c}" : HasShortcut ? $"coalesce(n.{c}, v.{c})" : $"v.{c}"));

    private string Deleted => HasShortcut ? "n.user_id is null and v.user_id is null" : "v.user_id is null";

    /// <summary>The aggregate's part of analytics.recompute.</summary>
    public string DrainKeysAndRows => $"""
        {Keys}
            {_name}_rows as (
                insert into analytics.{_name}_delta as t
                    ({List(_columns)}, deleted, generation, refreshed_at)
                select {RowColumns}, {Deleted}, state.generation, statement_timestamp()
                from {_name}_keys as k
                cross join state
        {Rows}
                on conflict ({List(declaration.Key)}) do update set
                    ({List(_values)}, deleted, generation, refreshed_at)
                    = ({List(_values, "excluded")}, excluded.deleted, excluded.generation, excluded.refreshed_at)
                returning 1
            ),
        """;

    /// <summary>The function by which consistency FRESH gets this aggregate's pending rows.</summary>
    /// <param name="changes">From the CTE <c>staged</c> to the CTE <c>changes</c>, as the drain does it.</param>
    /// <remarks>Replaced in place where the columns are the same: a reader that has planned with a function that is dropped then
    /// fails.</remarks>
    public string PendingFunction(string changes) => $"""
        do $columns$
        begin
            if pg_get_function_result(to_regprocedure('analytics.{_name}_pending(uuid[])')) <> '{PendingColumns}' then
                drop function analytics.{_name}_pending(uuid[]);
            end if;
        end
        $columns$;
        create or replace function analytics.{_name}_pending(user_ids uuid[])
            returns {PendingColumns}
            language plpgsql stable security definer
            set search_path = pg_catalog, pg_temp
            set jit = off
            set plan_cache_mode = force_generic_plan
            set enable_seqscan = off
        as $pending$
        #variable_conflict use_column
        begin
            return query
            with state as materialized (
                select s.generation <> s.folded_generation as folding from analytics.refresh_state as s
            ),
            asked as materialized (
                select p.user_id, p.session_id, p.week, p.exercise_id, p.read_live from analytics.pending_changes(user_ids) as p
            ),
            staged as materialized (
                select distinct a.user_id, a.session_id, a.week, a.exercise_id from asked as a where not a.read_live
            ),
        {changes}
            whole_users as (
                select null::uuid as user_id where false
            ),
        {Keys.TrimEnd(',')}
            select {RowColumns}, {Deleted}, transaction_timestamp()
            from {_name}_keys as k
        {Rows}
            where k.user_id = any (user_ids)
              and not exists (select from asked as a where a.read_live and a.user_id = k.user_id)
            union all
            select {string.Join(", ", columns.Select(c => c.Name == "user_id" ? "a.user_id" : $"null::{c.Type}"))}, false, null
            from asked as a
            where a.read_live;
        end
        $pending$;
        comment on function analytics.{_name}_pending is
            'Rows of {_name} that are pending for the given users, recomputed in the snapshot of the statement that calls it; '
            'deleted rows hide those of {_name}_current. A row with a null key: read that user live.';
        """;

    private string PendingColumns =>
        $"TABLE({string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}"))}, deleted boolean, refreshed_at timestamp with time zone)";

    public string DrainCount => $"        select '{_name}', (select count(*) from {_name}_rows) union all";

    public string FreshnessDeltaRows =>
        $"                select d.refreshed_at from analytics.{_name}_delta as d where d.user_id = a.user_id union all";

    private (string, string, string) Index(string list, string deltaFilter)
    {
        var name = string.Join('_', list.Split(',').Select(c => c.Trim().Split(' ')[0]));
        return (name,
            $"create index {_name}_next_{name} on analytics.{_name}_next ({list});",
            $"create index {_name}_delta_next_{name} on analytics.{_name}_delta_next ({list}){deltaFilter};");
    }

    private static string Indented(string text, int columns) => text.ReplaceLineEndings("\n" + new string(' ', columns));

    private string SameKey(string left, string right) =>
        string.Join(" and ", declaration.Key.Select(k => $"{left}.{k} = {right}.{k}"));

    private static string List(IEnumerable<string> names, string? alias = null) =>
        string.Join(", ", names.Select(n => alias is null ? n : $"{alias}.{n}"));
}
