// Subscription.aggregatesRefreshed.
using System.Globalization;
using System.Runtime.CompilerServices;
using Analytics.Gql.Access;
using Analytics.Gql.Engine;
using Analytics.Gql.Refresh;
using GraphQL;

namespace Analytics.Gql;

public sealed partial class Subscription
{
    /// <summary>An event for each drain that recomputed something of this user, within about a second of the change;
    /// read again what it names. Each result's <c>extensions.eventId</c> is where to go on after a reconnect: send it as
    /// the header Last-Event-ID (server-sent events) or as <c>extensions.lastEventId</c> of the operation (WebSocket),
    /// and what was missed comes first. A full refresh recomputes everything and names nobody: what it alone brought in
    /// shows in <c>freshness</c>, not here.</summary>
    /// <param name="userId">Whose aggregates.</param>
    public static IObservable<AggregatesRefreshed> AggregatesRefreshed(
        IResolveFieldContext context, [FromServices] Permissions may, [FromServices] RefreshFeed feed, Guid userId)
    {
        may.DemandRead(context, userId);
        var operation = (OperationContext)context.UserContext;
        return operation.Stream(EventsOf(feed, userId, Number(operation.LastEventId)));
    }

    private static async IAsyncEnumerable<AggregatesRefreshed> EventsOf(
        RefreshFeed feed, Guid userId, long? after, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (var change in feed.ListenAsync(userId, after, ct)) yield return new AggregatesRefreshed(change);
    }

    private static long? Number(string? eventId)
    {
        if (string.IsNullOrEmpty(eventId)) return null;
        return long.TryParse(eventId, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ClientError(
                ErrorCodes.BadUserInput,
                $"aggregatesRefreshed: the last event id is '{(eventId.Length > 40 ? eventId[..40] + "…" : eventId)}'; ids are whole numbers. "
                + "Send the eventId of the last result, or none.");
    }
}
