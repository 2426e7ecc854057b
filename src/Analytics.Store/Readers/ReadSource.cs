// Where an answer is read from; follows from the refresh mode.
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
}

/// <summary>Names and relations of the sources in SQL.</summary>
public static class ReadSources
{
    public static ReadSource Of(RefreshMode mode) => mode switch
    {
        RefreshMode.NightlyOnly => ReadSource.Matview,
        RefreshMode.Live => ReadSource.Live,
        _ => ReadSource.Incremental,
    };

    /// <summary>The argument that analytics.freshness takes.</summary>
    public static string SqlName(this ReadSource source) => source.ToString().ToUpperInvariant();

    /// <summary>A relation with the aggregate's columns and last_refresh_at; conditions on its key reach the indexes.</summary>
    public static string Relation(this ReadSource source, string aggregate) => source switch
    {
        ReadSource.Incremental => $"analytics.{aggregate}_current",
        ReadSource.Matview => $"(select m.*, {Stamp(aggregate)} as last_refresh_at from analytics.{aggregate} as m)",
        _ => $"(select v.*, transaction_timestamp() as last_refresh_at from analytics.{aggregate}_live as v)",
    };

    /// <summary>When the aggregate's matview was refreshed.</summary>
    public static string Stamp(string aggregate) =>
        $"(select (r.stamps ->> '{aggregate}')::timestamptz from analytics.refresh_state as r where r.one)";

    /// <summary>One statement text for each source, made once.</summary>
    public static IReadOnlyDictionary<ReadSource, string> ForEach(Func<ReadSource, string> sql) =>
        Enum.GetValues<ReadSource>().ToDictionary(s => s, sql);
}
