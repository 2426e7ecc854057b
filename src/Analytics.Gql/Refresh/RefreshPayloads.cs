// What the refresh mutations take and answer.
namespace Analytics.Gql.Refresh;

/// <summary>What to recompute: a session, weeks, or, with neither, everything of the user.</summary>
public sealed class EnqueueRefreshInput
{
    /// <summary>The user.</summary>
    public Guid UserId { get; set; }

    /// <summary>One of the user's sessions.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>Any day of each week; at most 104 weeks.</summary>
    public IReadOnlyList<DateOnly>? Weeks { get; set; }
}

/// <summary>What was staged.</summary>
/// <param name="Enqueued">Entries staged.</param>
/// <param name="Freshness">Of the user, with these entries pending.</param>
public sealed record EnqueueRefreshPayload(int Enqueued, Freshness.Freshness Freshness);

/// <summary>That a full refresh is staged.</summary>
/// <param name="Accepted">It is staged, by this request or an earlier one that is not done yet.</param>
/// <param name="Freshness">Of the whole service.</param>
public sealed record RequestFullRefreshPayload(bool Accepted, Freshness.Freshness Freshness);
