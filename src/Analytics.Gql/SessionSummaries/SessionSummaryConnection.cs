// A page of sessions, as Relay has it.
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
    public double? MinVolumeKg { get; set; }
    public double? MinDurationS { get; set; }
    public double? MinDistanceM { get; set; }

    /// <summary>With a working set of this exercise.</summary>
    public Guid? ExerciseId { get; set; }
}

/// <summary>Orders of sessions. By start each page is an index scan; the others sort the user's sessions.</summary>
public enum SessionSummaryOrder
{
    StartedAtDesc,
    StartedAtAsc,
    VolumeDesc,

    /// <summary>Sessions without a duration come last.</summary>
    DurationDesc,

    /// <summary>Sessions without a distance come last.</summary>
    DistanceDesc,
}

/// <summary>A page of sessions.</summary>
public sealed class SessionSummaryConnection(SessionPage page, PageArguments arguments)
{
    public IEnumerable<SessionSummaryEdge> Edges =>
        page.Sessions.Select(s => new SessionSummaryEdge(Cursors.Write(arguments.Order, s.Cursor), new SessionSummary(s.Session)));

    public IEnumerable<SessionSummary> Nodes => page.Sessions.Select(s => new SessionSummary(s.Session));

    public PageInfo PageInfo => new(
        arguments.IsBackward ? arguments.Before is not null : page.HasMore,
        arguments.IsBackward ? page.HasMore : arguments.After is not null,
        page.Sessions.Count == 0 ? null : Cursors.Write(arguments.Order, page.Sessions[0].Cursor),
        page.Sessions.Count == 0 ? null : Cursors.Write(arguments.Order, page.Sessions[^1].Cursor));

    public Freshness.Freshness Freshness => new(page.Freshness);
}

/// <summary>A session and its place.</summary>
public sealed record SessionSummaryEdge(string Cursor, SessionSummary Node);

/// <summary>Where a page lies. In the direction not read, a page is taken to exist when a cursor was given.</summary>
public sealed record PageInfo(bool HasNextPage, bool HasPreviousPage, string? StartCursor, string? EndCursor);
