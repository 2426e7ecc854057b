// The history of refreshes, as the API shows it.
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Refresh;
using Analytics.Store.Refresh;
using GraphQL;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Refresh
{
    public enum RefreshKind
    {
        /// <summary>A drain: recomputed what a batch of staged changes touched.</summary>
        Incremental,

        /// <summary>Refreshed every materialized view.</summary>
        Full,

        /// <summary>Compared a sample with the base tables.</summary>
        Audit,
    }

    public enum RefreshOutcome { Running, Succeeded, Failed }

    /// <summary>One refresh that did something, or tried to.</summary>
    public sealed class RefreshRun(RefreshRunRow row)
    {
        [OutputType<GraphQL.Types.NonNullGraphType<UuidIdGraphType>>]
        public string Id => row.RunId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        public RefreshKind Kind => Enum.Parse<RefreshKind>(row.Kind, ignoreCase: true);
        public RefreshOutcome Outcome => Enum.Parse<RefreshOutcome>(row.Outcome, ignoreCase: true);
        public DateTimeOffset StartedAt => row.StartedAt;

        /// <summary>Null while it runs.</summary>
        public DateTimeOffset? EndedAt => row.EndedAt;

        /// <summary>Staged changes that it took off the queue.</summary>
        public int StagedChanges => Saturated.ToInt(row.StagedChanges);

        /// <summary>Rows that it recomputed; 0 for a full refresh, which recomputes all.</summary>
        public int Keys => Saturated.ToInt(row.Keys);

        /// <summary>Why it failed, in a sentence for an operator.</summary>
        public string? Error => row.Error;
    }
}

namespace Analytics.Gql
{
    public sealed partial class Query
    {
        /// <summary>The latest refresh runs, newest first; at most 100.</summary>
        [ListSize(20, Argument = "first")]
        public static async Task<IEnumerable<RefreshRun>> RefreshRuns(
            IResolveFieldContext context, [FromServices] RefreshRuns runs, [FromServices] IOptions<LimitOptions> limits, int first = 20)
        {
            if (first < 1 || first > limits.Value.MaxPageSize)
                throw ClientError.Limit($"refreshRuns: first is {first}; between 1 and {limits.Value.MaxPageSize}.");
            return (await runs.LatestAsync(first, context.CancellationToken)).Select(r => new RefreshRun(r));
        }
    }
}
