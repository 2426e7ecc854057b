// Mutation.enqueueRefresh and Mutation.requestFullRefresh: they stage, the jobs do the work.
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Refresh;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using GraphQL;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Refresh
{
    /// <summary>What to recompute: a session, weeks, or, with neither, everything of the user.</summary>
    public sealed class EnqueueRefreshInput
    {
        public Guid UserId { get; set; }
        public Guid? SessionId { get; set; }

        /// <summary>Any day of each week; at most 104.</summary>
        public IReadOnlyList<DateOnly>? Weeks { get; set; }
    }

    /// <param name="Enqueued">Entries staged.</param>
    /// <param name="Freshness">Of the user, with these entries pending.</param>
    public sealed record EnqueueRefreshPayload(int Enqueued, Freshness.Freshness Freshness);

    /// <param name="Accepted">It is staged, by this request or an earlier one that is not done yet.</param>
    /// <param name="Freshness">Of the whole service.</param>
    public sealed record RequestFullRefreshPayload(bool Accepted, Freshness.Freshness Freshness);
}

namespace Analytics.Gql
{
    public sealed partial class Mutation
    {
        /// <summary>Stages a user's session, weeks or everything for recomputation; it is done within a second.</summary>
        public static async Task<EnqueueRefreshPayload> EnqueueRefresh(
            IResolveFieldContext context, [FromServices] Staging staging, [FromServices] FreshnessReader freshness,
            [FromServices] ModeMonitor mode, [FromServices] IOptions<LimitOptions> limits, EnqueueRefreshInput input)
        {
            var ct = context.CancellationToken;
            var weeks = input.Weeks?.Select(WeeklyAggregatesLoader.Monday).Distinct().ToList() ?? [];
            if (weeks.Count > limits.Value.MaxWeeksPerRange)
                throw ClientError.Limit($"enqueueRefresh: {weeks.Count} weeks; at most {limits.Value.MaxWeeksPerRange}. Give none for the whole user.");
            if (input.SessionId is { } session && !await staging.StageSessionAsync(input.UserId, session, ct))
                throw ClientError.NotFound($"enqueueRefresh: user {input.UserId} has no session {session}. Give no session for the whole user.");
            var known = weeks.Count > 0 ? await staging.StageWeeksAsync(input.UserId, weeks, ct)
                : input.SessionId is not null || await staging.StageUserAsync(input.UserId, ct);
            if (!known)
                throw ClientError.NotFound($"enqueueRefresh: there is no user {input.UserId}.");
            var enqueued = weeks.Count + (input.SessionId is null ? 0 : 1);
            var state = await freshness.ReadAsync([input.UserId], mode.Source, ct);
            return new EnqueueRefreshPayload(Math.Max(enqueued, 1), new Freshness.Freshness(state[input.UserId]));
        }

        /// <summary>Asks for a refresh of every materialized view; all users' answers count as stale until it is done.</summary>
        public static async Task<RequestFullRefreshPayload> RequestFullRefresh(
            IResolveFieldContext context, [FromServices] Staging staging, [FromServices] FreshnessReader freshness, [FromServices] ModeMonitor mode)
        {
            await staging.StageFullRefreshAsync(context.CancellationToken);
            return new RequestFullRefreshPayload(true, new Freshness.Freshness(await freshness.ReadServiceAsync(mode.Source, context.CancellationToken)));
        }
    }
}
