// Keyset pages of a user's sessions, one SQL text per page shape: filters that are set, order, direction, cursor or none.
//
// By start time each page is an index scan. By volume, duration or distance it sorts the user's own sessions: bounded by
// how many those are (a few milliseconds for 5,000).
using System.Collections.Concurrent;
using System.Globalization;
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
    private static readonly ConcurrentDictionary<(SessionPageShape, ReadSource), (string Sql, IReadOnlyList<string> Parameters)> Texts = new();

    /// <summary>Reads pages of one shape in one statement.</summary>
    /// <param name="pages">Distinct, all of the same <see cref="SessionPageShape"/>.</param>
    public Task<IReadOnlyDictionary<SessionPageRequest, SessionPage>> ReadAsync(
        IReadOnlyList<SessionPageRequest> pages, ReadSource source, CancellationToken ct) =>
        reads.AskAsync(source, connection => ReadAsync(connection, pages, source, ct), ct);

    private static async Task<IReadOnlyDictionary<SessionPageRequest, SessionPage>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<SessionPageRequest> pages, ReadSource source, CancellationToken ct)
    {
        var shape = SessionPageShape.Of(pages[0]);
        var (sql, parameters) = Texts.GetOrAdd(
            (shape.WithoutValues(), source), static key => StatementText.Numbered(new SessionPageSql(key.Item1, key.Item2).Write()));
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var name in parameters) command.Parameters.Add(Parameter(name, shape, pages));
        var rows = await SessionSql.QueryAsync(command, source, ct);
        var found = new Dictionary<SessionPageRequest, SessionPage>(pages.Count);
        foreach (var (page, sessions) in pages.Zip(rows.ByOrdinal(pages.Count)))
            found.Add(page, Assemble(page, sessions ?? [], rows.FreshnessOf[page.UserId]));
        return found;
    }

    private static SessionPage Assemble(SessionPageRequest page, List<(SessionRow Row, string? SortKey)> read, Freshness freshness)
    {
        var kept = read.Take(page.Size).Select(s => (s.Row, new SessionCursor(s.SortKey ?? KeyOf(s.Row.StartedAt), s.Row.SessionId)));
        return new SessionPage([.. page.Backward ? kept.Reverse() : kept], read.Count > page.Size, freshness);
    }

    /// <summary>Of the orders by start.</summary>
    private static string KeyOf(DateTime startedAt) =>
        ((startedAt - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);

    private static NpgsqlParameter Parameter(string name, SessionPageShape shape, IReadOnlyList<SessionPageRequest> pages)
    {
        var filter = shape.Filter;
        return name switch
        {
            "userIds" => new NpgsqlParameter<Guid[]> { TypedValue = [.. pages.Select(p => p.UserId)] },
            "limit" => new NpgsqlParameter<int> { TypedValue = shape.Size + 1 },
            "cursorKeys" => new NpgsqlParameter<string[]> { TypedValue = [.. pages.Select(p => p.Cursor!.SortKey)] },
            "cursorIds" => new NpgsqlParameter<Guid[]> { TypedValue = [.. pages.Select(p => p.Cursor!.SessionId)] },
            "from" => new NpgsqlParameter<DateOnly> { TypedValue = filter.From!.Value },
            "to" => new NpgsqlParameter<DateOnly> { TypedValue = filter.To!.Value },
            "types" => new NpgsqlParameter<string[]> { TypedValue = filter.ActivityTypes!.Split(SessionFilter.Separator) },
            "minVolume" => new NpgsqlParameter<double> { TypedValue = filter.MinVolumeKg!.Value },
            "minDuration" => new NpgsqlParameter<long> { TypedValue = filter.MinDurationS!.Value },
            "minDistance" => new NpgsqlParameter<double> { TypedValue = filter.MinDistanceM!.Value },
            "exercise" => new NpgsqlParameter<Guid> { TypedValue = filter.ExerciseId!.Value },
            _ => throw new ArgumentException($"A page of sessions has no parameter '{name}'.", nameof(name)),
        };
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
