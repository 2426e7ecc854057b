// Keyset pages of a user's sessions, one SQL text per page shape: filters that are set, order, direction, cursor or none.
//
// By start time each page is an index scan. By volume, duration or distance it sorts the user's own sessions: bounded by
// how many those are (a few milliseconds for 5,000).
using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Analytics.Store.Readers;

public enum SessionOrder { StartedAtDesc, StartedAtAsc, VolumeDesc, DurationDesc, DistanceDesc }

/// <summary>Where a page begins: the sort key and the id of the session next to it.</summary>
/// <param name="SortKey">Microseconds since 1970 for the orders by start, else the number as PostgreSQL writes it.</param>
public sealed record SessionCursor(string SortKey, Guid SessionId);

/// <summary>Conditions on sessions; null means none. Dates are UTC days, both inclusive.</summary>
public sealed record SessionFilter(
    DateOnly? From = null, DateOnly? To = null, string? ActivityTypes = null, double? MinVolumeKg = null,
    long? MinDurationS = null, double? MinDistanceM = null, Guid? ExerciseId = null)
{
    /// <summary>Between the types in <see cref="ActivityTypes"/>; cannot be typed, and keeps the record comparable by value.</summary>
    public const char Separator = '\u001f';
}

/// <param name="Size">Sessions a page; one more is read to know whether there is a next page.</param>
/// <param name="Backward">Whether the page ends before the cursor instead of starting after it.</param>
public sealed record SessionPageRequest(
    Guid UserId, SessionFilter Filter, SessionOrder Order, int Size, bool Backward, SessionCursor? Cursor);

/// <param name="Sessions">In the order asked for, with the cursor of each.</param>
/// <param name="HasMore">Whether there are more in the direction of reading.</param>
public sealed record SessionPage(IReadOnlyList<(SessionRow Session, SessionCursor Cursor)> Sessions, bool HasMore, Freshness Freshness);

public sealed class SessionPagesReader(ReadServers reads)
{
    // By what a text depends on, never by what clients ask for: it has a few thousand entries at the most.
    private static readonly ConcurrentDictionary<(SessionPageShape, ReadSource), string> Texts = new();

    /// <summary>Reads pages of one shape in one statement.</summary>
    /// <param name="pages">Distinct, all of the same <see cref="SessionPageShape"/>.</param>
    public Task<IReadOnlyDictionary<SessionPageRequest, SessionPage>> ReadAsync(
        IReadOnlyList<SessionPageRequest> pages, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => ReadAsync(connection, pages, source, ct), ct);

    private static async Task<IReadOnlyDictionary<SessionPageRequest, SessionPage>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<SessionPageRequest> pages, ReadSource source, CancellationToken ct)
    {
        var shape = SessionPageShape.Of(pages[0]);
        var sql = Texts.GetOrAdd((shape.WithoutValues(), source), static key => new SessionPageSql(key.Item1, key.Item2).Write());
        var rows = await SessionSql.QueryAsync(
            connection, new CommandDefinition(sql, Parameters(shape, pages), cancellationToken: ct));
        var freshness = rows.Where(r => r.SessionId is null).ToDictionary(r => r.UserId, r => r.ToFreshness(source));
        var sessions = rows.Where(r => r.SessionId is not null).ToLookup(r => r.Ordinal);
        return pages.Select((page, i) => (page, Rows: sessions[i + 1].ToList()))
            .ToDictionary(p => p.page, p => Assemble(p.page, p.Rows, freshness[p.page.UserId]));
    }

    private static SessionPage Assemble(SessionPageRequest page, List<SessionWireRow> rows, Freshness freshness)
    {
        var kept = rows.Take(page.Size).Select(r => (r.ToSession(freshness), new SessionCursor(r.SortKey!, r.SessionId!.Value)));
        return new SessionPage([.. page.Backward ? kept.Reverse() : kept], rows.Count > page.Size, freshness);
    }

    private static DynamicParameters Parameters(SessionPageShape shape, IReadOnlyList<SessionPageRequest> pages)
    {
        var parameters = new DynamicParameters();
        parameters.Add("userIds", pages.Select(p => p.UserId).ToArray());
        parameters.Add("limit", shape.Size + 1);
        if (shape.HasCursor)
        {
            parameters.Add("cursorKeys", pages.Select(p => p.Cursor!.SortKey).ToArray());
            parameters.Add("cursorIds", pages.Select(p => p.Cursor!.SessionId).ToArray());
        }
        var filter = pages[0].Filter;
        parameters.Add("from", filter.From);
        parameters.Add("to", filter.To);
        parameters.Add("types", filter.ActivityTypes?.Split(SessionFilter.Separator));
        parameters.Add("minVolume", filter.MinVolumeKg);
        parameters.Add("minDuration", filter.MinDurationS);
        parameters.Add("minDistance", filter.MinDistanceM);
        parameters.Add("exercise", filter.ExerciseId);
        return parameters;
    }
}

/// <summary>What pages must share to be read by one statement: everything but the user and the cursor's place.</summary>
public sealed record SessionPageShape(SessionFilter Filter, SessionOrder Order, int Size, bool Backward, bool HasCursor)
{
    public static SessionPageShape Of(SessionPageRequest page) =>
        new(page.Filter, page.Order, page.Size, page.Backward, page.Cursor is not null);

    /// <summary>What the text depends on: which conditions there are, and not what they are compared with.</summary>
    internal SessionPageShape WithoutValues() => this with
    {
        Size = 0,
        Filter = new SessionFilter(
            Filter.From is null ? null : DateOnly.MinValue, Filter.To is null ? null : DateOnly.MinValue,
            Filter.ActivityTypes is null ? null : "", Filter.MinVolumeKg is null ? null : 0,
            Filter.MinDurationS is null ? null : 0, Filter.MinDistanceM is null ? null : 0,
            Filter.ExerciseId is null ? null : Guid.Empty),
    };
}
