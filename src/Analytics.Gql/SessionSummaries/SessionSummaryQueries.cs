// Query.sessionSummary and Query.sessionSummaries.
using Analytics.Gql.Access;
using Analytics.Gql.Batching;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Revalidation;
using Analytics.Gql.Freshness;
using Analytics.Gql.SessionSummaries;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>One session; null when there is none that the viewer may read. A session too new for the view is computed from the base
    /// tables.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    public static IDataLoaderResult<SessionSummary?> SessionSummary(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] SessionSummaryLoader loader,
        Guid sessionId, Consistency consistency = Consistency.Refreshed) =>
        // Whose it is shows only when it is there: another's is answered as if it were not.
        loader.Load(new SessionAsked(sessionId, consistency))
            .Then(session => session is not null && may.MayRead(context, session.UserId) ? session : null);

    /// <summary>A user's sessions page by page: 'first' with 'after', or 'last' with 'before'; 20 unless said, at most
    /// 100.</summary>
    /// <param name="userId">The user; an unknown one has no sessions.</param>
    /// <param name="where">Conditions; all that are given must hold.</param>
    /// <param name="order">Of the whole list, whichever way it is paged through.</param>
    /// <param name="first">Sessions of a page that reads onward, 1 to 100.</param>
    /// <param name="after">The endCursor of the page before this one; a cursor belongs to its order.</param>
    /// <param name="last">Sessions of a page that reads backward, 1 to 100.</param>
    /// <param name="before">The startCursor of the page after this one; a cursor belongs to its order.</param>
    /// <param name="consistency">Whether pending changes must be in the answer.</param>
    [VersionedBy("userId")]
    [ListSizeFrom("first", "last", Default = SessionPageLoader.DefaultPageSize)]
    public static IDataLoaderResult<SessionSummaryConnection> SessionSummaries(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] SessionPageLoader loader,
        Guid userId, SessionSummaryFilter? where = null,
        SessionSummaryOrder order = SessionSummaryOrder.StartedAtDesc,
        int? first = null, string? after = null, int? last = null, string? before = null,
        Consistency consistency = Consistency.Refreshed)
    {
        may.DemandRead(context, userId);
        return loader.Load(new PageArguments(userId, where, order, first, after, last, before, consistency));
    }
}
