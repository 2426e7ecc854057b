// Where an answer is read from: the layers of an aggregate, top first, and how a statement asks them.
using Analytics.Store.Refresh;

namespace Analytics.Store.Readers;

/// <summary>What stands behind an answer. Each is honest by itself: its freshness counts what it does not contain.</summary>
public enum ReadSource
{
    /// <summary>The delta, and the matview where the delta is silent.</summary>
    Incremental,

    /// <summary>The matview alone.</summary>
    Matview,

    /// <summary>The plain views over core.</summary>
    Live,

    /// <summary>As Incremental, with the user's pending keys recomputed from the plain views in the same statement. On the
    /// primary.</summary>
    Fresh,

    /// <summary>The plain views over core, on the primary.</summary>
    FreshLive,
}

/// <summary>A layer of an aggregate. A statement names its rows <c>b</c>, and <c>k</c> what is asked for.</summary>
/// <param name="RefreshedAt">When its rows were recomputed, as an expression.</param>
/// <param name="Condition">On the row itself; begins with <c>and</c>, or is empty.</param>
/// <param name="Lookup">Leaves out what the delta knows better: a probe a row. Begins with <c>and</c>, or is empty.</param>
internal sealed record Layer(string Relation, string RefreshedAt, string Condition, string Lookup = "");

public static class ReadSources
{
    public static ReadSource Of(RefreshMode mode, bool fresh) => mode switch
    {
        RefreshMode.Live => fresh ? ReadSource.FreshLive : ReadSource.Live,
        _ when fresh => ReadSource.Fresh,
        RefreshMode.NightlyOnly => ReadSource.Matview,
        _ => ReadSource.Incremental,
    };

    /// <summary>Whether a replica, which may not have the latest changes yet, cannot answer.</summary>
    public static bool NeedsPrimary(this ReadSource source) => source is ReadSource.Fresh or ReadSource.FreshLive;

    /// <summary>What analytics.freshness is asked for: an answer that is fresh has nothing pending.</summary>
    public static string FreshnessName(this ReadSource source) =>
        (source.NeedsPrimary() ? ReadSource.Live : source).ToString().ToUpperInvariant();

    /// <summary>When a row that is read from the plain views was computed. A replica knows nothing later than its
    /// heartbeat; a scalar subquery, so that it is asked once a statement.</summary>
    internal static string LiveStamp(this ReadSource source) =>
        source.NeedsPrimary() ? "transaction_timestamp()" : "(select analytics.complete_until())";

    /// <summary>The layers of an aggregate. Conditions on its key reach the indexes of each.</summary>
    /// <param name="key">The key column beside user_id.</param>
    /// <param name="range">
    /// A condition on the key of the row <c>d</c>: the keys that the delta knows are then fetched once for each <c>k</c> and
    /// not looked up for each row (measured for 12 weeks: a third). It must not look at anything but the key.
    /// </param>
    internal static IEnumerable<Layer> Layers(this ReadSource source, string aggregate, string key, string? range = null)
    {
        var delta = $"analytics.{aggregate}_delta";
        var notInDelta = range is null
            ? $" and (select true from {delta} as d where d.user_id = b.user_id and d.{key} = b.{key}) is not true"
            : $" and b.{key} <> all (array(select d.{key} from {delta} as d where d.user_id = k.user_id and {range}))";
        var notPending = source == ReadSource.Fresh ? $" and not k.read_live and b.{key} <> all (k.pending_keys)" : "";
        if (source == ReadSource.Fresh)
            yield return new Layer("pending", "b.refreshed_at", $" and not b.deleted and b.{key} is not null");
        if (source is ReadSource.Fresh or ReadSource.Incremental)
            yield return new Layer(delta, "b.refreshed_at", $" and not b.deleted{notPending}");
        if (source is ReadSource.Fresh or ReadSource.Incremental)
            yield return new Layer($"analytics.{aggregate}", Stamp(aggregate), notPending, notInDelta);
        if (source is ReadSource.Matview)
            yield return new Layer($"analytics.{aggregate}", Stamp(aggregate), "");
        if (source is ReadSource.Fresh or ReadSource.Live or ReadSource.FreshLive)
            yield return new Layer(
                $"analytics.{aggregate}_live", source.LiveStamp(), source == ReadSource.Fresh ? " and k.read_live" : "");
    }

    /// <summary>The layers' rows as one relation.</summary>
    /// <param name="columns">Of each row <c>b</c>; last_refresh_at is added.</param>
    /// <param name="where">Which rows <c>b</c> belong to <c>k</c>.</param>
    internal static string Rows(
        this ReadSource source, string aggregate, string key, string columns, string where, string? range = null) =>
        string.Join("\nunion all\n", source.Layers(aggregate, key, range).Select(layer => $"""
            select {columns}, {layer.RefreshedAt} as last_refresh_at
            from {layer.Relation} as b
            where {where}{layer.Condition}{layer.Lookup}
            """));

    /// <summary>
    /// The CTE <c>asked</c>, and for a fresh answer the pending rows beside it: a statement begins with it, and with a
    /// comment by which an operator knows it in pg_stat_statements. <c>@userIds</c> are the users of all keys.
    /// </summary>
    /// <param name="keys">What is asked for: columns and a from clause without 'select', one of them user_id.</param>
    internal static string Asked(this ReadSource source, string aggregate, string key, string keys) =>
        Comment(source, aggregate)
        + (source != ReadSource.Fresh
            ? $"""
                with asked as materialized (
                    select {keys}
                )
                """
            : $"""
                with pending as materialized (
                    select p.* from analytics.{aggregate}_pending(@userIds) as p
                ),
                keys as materialized (
                    select {keys}
                ),
                asked as materialized (
                    select k.*, coalesce(p.pending_keys, '{"{}"}') as pending_keys, coalesce(p.read_live, false) as read_live
                    from keys as k
                    left join (
                        select p.user_id, array_agg(p.{key}) filter (where p.{key} is not null) as pending_keys,
                               bool_or(p.{key} is null) as read_live
                        from pending as p group by p.user_id
                    ) as p on p.user_id = k.user_id
                )
                """);

    private static string Comment(ReadSource source, string aggregate) => source switch
    {
        ReadSource.Matview => $"/* analytics.{aggregate} */\n",
        ReadSource.Live or ReadSource.FreshLive => $"/* analytics.{aggregate}_live */\n",
        _ => $"/* analytics.{aggregate}_current, layer by layer */\n",
    };

    /// <summary>When the aggregate's matview was refreshed.</summary>
    public static string Stamp(string aggregate) =>
        $"(select (r.stamps ->> '{aggregate}')::timestamptz from analytics.refresh_state as r where r.one)";

    /// <summary>One statement text for each source, made once.</summary>
    public static IReadOnlyDictionary<ReadSource, string> ForEach(Func<ReadSource, string> sql) =>
        Enum.GetValues<ReadSource>().ToDictionary(s => s, sql);
}
