// The SQL that the server sends to answer one request, from Npgsql's own trace: it is told apart by the trace id, so
// that the worker and other tests do not count.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Analytics.Gql.Tests.Fixtures;

internal static class SentStatements
{
    /// <summary>Sends a request whose answer must have no errors.</summary>
    /// <returns>The texts of the statements, in the order they ended.</returns>
    public static async Task<IReadOnlyList<string>> OfAsync(Func<Task<JsonElement>> ask)
    {
        var sent = new ConcurrentQueue<string>();
        using var parent = new Activity("test").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore" or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Npgsql" && activity.TraceId == parent.TraceId
                    && activity.TagObjects.FirstOrDefault(tag => tag.Key is "db.query.text" or "db.statement").Value is string text)
                    sent.Enqueue(text);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var answer = await ask();
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        return [.. sent];
    }
}
