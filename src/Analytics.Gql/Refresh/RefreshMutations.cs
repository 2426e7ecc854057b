// Mutation.enqueueRefresh and Mutation.requestFullRefresh: they stage, the jobs do the work.
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Freshness;
using Analytics.Gql.Refresh;
using Analytics.Gql.WeeklyAggregates;
using Analytics.Store.Readers;
using Analytics.Store.Refresh;
using GraphQL;
using Microsoft.Extensions.Options;

namespace Analytics.Gql;

public sealed partial class Mutation
{
    /// <summary>Stages a user's session, weeks or everything for recomputation; it is done within a second. One's own, or
    /// with the scope analytics:refresh anyone's.</summary>
    /// <param name="input">What to recompute.</param>
    public static async Task<EnqueueRefreshPayload> EnqueueRefresh(
        IResolveFieldContext context, [FromServices] Permissions may,
        [FromServices] Staging staging, [FromServices] FreshnessReader freshness, [FromServices] ModeMonitor mode,
        [FromServices] IOptions<LimitOptions> limits, EnqueueRefreshInput input, CancellationToken ct)
    {
        may.DemandRefreshOf(context, input.UserId);
        var weeks = input.Weeks?.Select(WeeksOfRange.Monday).Distinct().ToList() ?? [];
        if (weeks.Count > limits.Value.MaxWeeksPerRange)
            throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"enqueueRefresh: {weeks.Count} weeks; at most {limits.Value.MaxWeeksPerRange}. "
                + "Give none for the whole user.");
        if (input.SessionId is { } session && !await staging.StageSessionAsync(input.UserId, session, ct))
            throw new ClientError(
                ErrorCodes.NotFound,
                $"enqueueRefresh: user {input.UserId} has no session {session}. Give no session for the whole user.");
        var known = weeks.Count > 0 ? await staging.StageWeeksAsync(input.UserId, weeks, ct)
            : input.SessionId is not null || await staging.StageUserAsync(input.UserId, ct);
        if (!known)
            throw new ClientError(
                ErrorCodes.NotFound, $"enqueueRefresh: there is no user {input.UserId}. Check the id.");
        may.Audit(context, input.UserId);
        var enqueued = weeks.Count + (input.SessionId is null ? 0 : 1);
        var state = await freshness.ReadAsync([input.UserId], mode.SourceFor(Consistency.Refreshed), ct, ofPrimary: true);
        return new EnqueueRefreshPayload(Math.Max(enqueued, 1), new Freshness.Freshness(state[input.UserId]));
    }

    /// <summary>Asks for a refresh of every materialized view; all users' answers count as stale until it is
    /// done. Needs the scope analytics:refresh.</summary>
    public static async Task<RequestFullRefreshPayload> RequestFullRefresh(
        IResolveFieldContext context, [FromServices] Permissions may,
        [FromServices] Staging staging, [FromServices] FreshnessReader freshness, [FromServices] ModeMonitor mode,
        CancellationToken ct)
    {
        may.DemandRefresh(context);
        await staging.StageFullRefreshAsync(ct);
        may.Audit(context);
        var state = await freshness.ReadServiceAsync(mode.SourceFor(Consistency.Refreshed), ct, ofPrimary: true);
        return new RequestFullRefreshPayload(true, new Freshness.Freshness(state));
    }
}
