// A page of sessions, as Relay has it.
using Analytics.Gql.Engine.Revalidation;
using Analytics.Store.Readers;

namespace Analytics.Gql.SessionSummaries;

/// <summary>Conditions on sessions; all that are given must hold.</summary>
public sealed class SessionSummaryFilter
{
    /// <summary>Started on this UTC day or later.</summary>
    public DateOnly? From { get; set; }

    /// <summary>Started on this UTC day or earlier.</summary>
    public DateOnly? To { get; set; }

    /// <summary>One of these; at most 20.</summary>
    public IReadOnlyList<string>? ActivityTypes { get; set; }

    /// <summary>With this volume or more, in kilograms.</summary>
    public double? MinVolumeKg { get; set; }

    /// <summary>That lasted this many seconds or more; open sessions have no duration.</summary>
    public int? MinDurationS { get; set; }

    /// <summary>Over this distance or more, in metres.</summary>
    public double? MinDistanceM { get; set; }

    /// <summary>With a working set of this exercise.</summary>
    public Guid? ExerciseId { get; set; }
}

/// <summary>Orders of sessions. By start each page is an index scan; the others sort the user's sessions.</summary>
public enum SessionSummaryOrder
{
    /// <summary>The latest first.</summary>
    StartedAtDesc,

    /// <summary>The earliest first.</summary>
    StartedAtAsc,

    /// <summary>The largest volume first.</summary>
    VolumeDesc,

    /// <summary>The longest first; sessions without a duration come last.</summary>
    DurationDesc,

    /// <summary>The farthest first; sessions without a distance come last.</summary>
    DistanceDesc,
}

/// <summary>A page of sessions.</summary>
[Versioned]
public sealed class SessionSummaryConnection(SessionPage page, PageArguments arguments)
{
    /// <summary>The sessions with their cursors, in the order asked for.</summary>
    public IEnumerable<SessionSummaryEdge> Edges =>
        page.Sessions.Select(s =>
            new SessionSummaryEdge(Cursors.Write(arguments.Order, s.Cursor), new SessionSummary(s.Session)));

    /// <summary>The sessions without their cursors.</summary>
    public IEnumerable<SessionSummary> Nodes => page.Sessions.Select(s => new SessionSummary(s.Session));

    /// <summary>Where the page lies in the whole list.</summary>
    public PageInfo PageInfo => new(
        arguments.IsBackward ? arguments.Before is not null : page.HasMore,
        arguments.IsBackward ? page.HasMore : arguments.After is not null,
        page.Sessions.Count == 0 ? null : Cursors.Write(arguments.Order, page.Sessions[0].Cursor),
        page.Sessions.Count == 0 ? null : Cursors.Write(arguments.Order, page.Sessions[^1].Cursor));

    /// <summary>How fresh this page is.</summary>
    public Freshness.Freshness Freshness => new(page.Freshness);
}

/// <summary>A session and its place.</summary>
/// <param name="Cursor">Its place in this order: for 'after' and 'before'.</param>
/// <param name="Node">The session.</param>
[Versioned]
public sealed record SessionSummaryEdge(string Cursor, SessionSummary Node);

/// <summary>Where a page lies. In the direction not read, a page is taken to exist when a cursor was given.</summary>
/// <param name="HasNextPage">Whether sessions follow.</param>
/// <param name="HasPreviousPage">Whether sessions come before.</param>
/// <param name="StartCursor">The first session's cursor; null when the page is empty.</param>
/// <param name="EndCursor">The last session's cursor; null when the page is empty.</param>
[Versioned]
public sealed record PageInfo(bool HasNextPage, bool HasPreviousPage, string? StartCursor, string? EndCursor);
