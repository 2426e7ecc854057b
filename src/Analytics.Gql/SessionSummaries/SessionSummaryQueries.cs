// Query.sessionSummary and Query.sessionSummaries.
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.SessionSummaries;
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql;

public sealed partial class Query
{
    /// <summary>One session; null when there is none. A session too new for the view is computed from the base tables.</summary>
    public static IDataLoaderResult<SessionSummary?> SessionSummary([FromServices] SessionSummaryLoader loader, Guid sessionId) =>
        loader.Load(sessionId);

    /// <summary>A user's sessions page by page: 'first' with 'after', or 'last' with 'before'; 20 unless said, at most 100.</summary>
    [ListSize(20, Argument = "first")]
    public static IDataLoaderResult<SessionSummaryConnection> SessionSummaries(
        [FromServices] SessionPageLoader loader, Guid userId, SessionSummaryFilter? where = null,
        SessionSummaryOrder order = SessionSummaryOrder.StartedAtDesc,
        int? first = null, string? after = null, int? last = null, string? before = null) =>
        loader.Load(new PageArguments(userId, where, order, first, after, last, before));
}
