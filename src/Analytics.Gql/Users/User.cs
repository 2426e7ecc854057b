// A user, and what hangs below one: everything batched over all users of the operation.
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Freshness;
using Analytics.Gql.SessionSummaries;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store.Readers;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.Users;

/// <summary>Somebody who trains.</summary>
public sealed class User(UserRow row)
{
    public Guid Id => row.UserId;

    /// <summary>The name they go by in the app.</summary>
    public string DisplayName => row.DisplayName;

    /// <summary>Weekly totals between two days, both inclusive.</summary>
    /// <param name="from">Any day of the first week.</param>
    /// <param name="to">Any day of the last week; at most 104 weeks.</param>
    public IDataLoaderResult<WeeklyAggregates.WeeklyAggregates> WeeklyAggregates(
        IResolveFieldContext context, [FromServices] WeeklyAggregatesLoader loader, DateOnly from, DateOnly to) =>
        loader.Load(context, Id, from, to);

    /// <summary>Sessions page by page.</summary>
    [ListSize(20, Argument = "first")]
    public IDataLoaderResult<SessionSummaryConnection> SessionSummaries(
        [FromServices] SessionPageLoader loader, SessionSummaryFilter? where = null,
        SessionSummaryOrder order = SessionSummaryOrder.StartedAtDesc,
        int? first = null, string? after = null, int? last = null, string? before = null) =>
        loader.Load(new PageArguments(Id, where, order, first, after, last, before));

    /// <summary>How fresh this user's aggregates are.</summary>
    public IDataLoaderResult<Freshness.Freshness> Freshness([FromServices] FreshnessLoader loader) => loader.Load(Id);
}
