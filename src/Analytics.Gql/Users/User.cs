// A user, and what hangs below one: everything batched over all users of the operation.
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Freshness;
using Analytics.Gql.PersonalRecords;
using Analytics.Gql.SessionSummaries;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.Users;

/// <summary>Somebody who trains.</summary>
[Versioned]
public sealed class User(UserRow row)
{
    /// <summary>Who they are, everywhere in this API.</summary>
    public Guid Id => row.UserId;

    /// <summary>The name they go by in the app.</summary>
    public string DisplayName => row.DisplayName;

    /// <summary>Weekly totals between two days, both inclusive.</summary>
    /// <param name="from">Any day of the first week.</param>
    /// <param name="to">Any day of the last week; at most 104 weeks.</param>
    /// <param name="timeZone">Where days begin: an IANA name such as Europe/Berlin. Exact over daylight-saving changes.</param>
    /// <param name="weekStartsOn">The day that weeks begin with.</param>
    /// <param name="fillGaps">Whether weeks without a session are there too, with zeros.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    [ListSizeOfRange]
    public IDataLoaderResult<WeeklyAggregates.WeeklyAggregates> WeeklyAggregates(
        IResolveFieldContext context, [FromServices] WeeklyAggregatesLoader loader, DateOnly from, DateOnly to,
        string timeZone = "UTC", Weekday weekStartsOn = Weekday.Monday, bool fillGaps = false,
        Consistency consistency = Consistency.Refreshed) =>
        loader.Load(context, new WeeksArguments(Id, from, to, timeZone, weekStartsOn, fillGaps, consistency));

    /// <summary>Sessions page by page: 'first' with 'after', or 'last' with 'before'; 20 unless said, at most
    /// 100.</summary>
    /// <param name="where">Conditions; all that are given must hold.</param>
    /// <param name="order">Of the whole list, whichever way it is paged through.</param>
    /// <param name="first">Sessions of a page that reads onward, 1 to 100.</param>
    /// <param name="after">The endCursor of the page before this one; a cursor belongs to its order.</param>
    /// <param name="last">Sessions of a page that reads backward, 1 to 100.</param>
    /// <param name="before">The startCursor of the page after this one; a cursor belongs to its order.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    [ListSizeFrom("first", "last", Default = SessionPageLoader.DefaultPageSize)]
    public IDataLoaderResult<SessionSummaryConnection> SessionSummaries(
        [FromServices] SessionPageLoader loader, SessionSummaryFilter? where = null,
        SessionSummaryOrder order = SessionSummaryOrder.StartedAtDesc,
        int? first = null, string? after = null, int? last = null, string? before = null,
        Consistency consistency = Consistency.Refreshed) =>
        loader.Load(new PageArguments(Id, where, order, first, after, last, before, consistency));

    /// <summary>Personal records by exercise name; at most 500, else LIMIT_EXCEEDED.</summary>
    /// <param name="exerciseIds">Only these exercises; all unless given.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    [ListSizeFrom("exerciseIds", Default = PersonalRecordsLoader.UsualExercises)]
    public IDataLoaderResult<PersonalRecords.PersonalRecords> PersonalRecords(
        [FromServices] PersonalRecordsLoader loader, IReadOnlyList<Guid>? exerciseIds = null,
        Consistency consistency = Consistency.Refreshed) => loader.Load(Id, exerciseIds, consistency);

    /// <summary>How fresh this user's aggregates are.</summary>
    public IDataLoaderResult<Freshness.Freshness> Freshness([FromServices] FreshnessLoader loader) => loader.Load(Id);
}
