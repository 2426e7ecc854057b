// What traces, metrics and logs must never say: who a user is, and what lets one in.
using System.Text.Json;
using Analytics.Gql.Tests.Access;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class SecrecyTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    private const string User = "query ($id: ID!) { user(id: $id) { displayName } }";

    [Fact]
    public async Task No_users_id_token_key_or_password_is_in_a_trace_a_metric_or_the_log()
    {
        await server.UseAsync();
        var address = $"/graphql?query={Uri.EscapeDataString(User)}&variables={Uri.EscapeDataString($"{{\"id\":\"{server.Ada}\"}}")}";
        Assert.Contains("Ada", await server.Http.GetStringAsync(new Uri(address, UriKind.Relative)), StringComparison.Ordinal);
        var traceId = await FaultAsync();
        await UntilAsync(() => server.Exported("traces").Contains("GraphQL Operation", StringComparison.Ordinal)
            || server.Exported("traces").Contains("query AthletePage", StringComparison.Ordinal));
        await UntilAsync(() => server.Exported("metrics").Contains("analytics.operation.duration", StringComparison.Ordinal));
        await UntilAsync(() => server.Exported("logs").Contains("the client got INTERNAL", StringComparison.Ordinal));
        var log = string.Join('\n', server.Log);
        Assert.Contains(traceId, log, StringComparison.Ordinal);

        var token = server.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        string[] everything = [server.Exported("traces"), server.Exported("metrics"), server.Exported("logs"), log, await server.ScrapeTextAsync()];
        string[] secrets = [$"{server.Ada}", $"{server.Ada:n}", token, token.Split('.')[2], Tokens.Key, server.Password];
        Assert.All(everything, said => Assert.All(secrets, secret => Assert.DoesNotContain(secret, said, StringComparison.OrdinalIgnoreCase)));
        // Host, account and database are no secret, and nobody's business either.
        Assert.DoesNotContain("Username=", server.Exported("traces") + server.Exported("metrics") + await server.ScrapeTextAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_log_is_lines_of_JSON_with_the_trace_id_that_the_client_was_told()
    {
        var traceId = await FaultAsync();
        await UntilAsync(() => server.Log.Any(IsOfIt));
        var entry = JsonDocument.Parse(server.Log.First(IsOfIt)).RootElement;
        Assert.Equal("Error", entry.GetProperty("LogLevel").GetString());
        Assert.Contains(entry.GetProperty("Scopes").EnumerateArray(), scope =>
            scope.TryGetProperty("TraceId", out var id) && id.GetString() == traceId);

        bool IsOfIt(string line) => line.Contains($"the client got INTERNAL with trace id {traceId}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_gets_operations_batches_statements_drains_and_full_refreshes_and_no_polls()
    {
        await server.UseAsync();
        foreach (var span in (string[])["query AthletePage", "load batch", "db.query.text", "drain", "full refresh", "Quartz.Job.Execute"])
            await UntilAsync(() => server.Exported("traces").Contains(span, StringComparison.Ordinal));
        Assert.DoesNotContain("Quartz.JobStore", server.Exported("traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("qrtz_", server.Exported("traces"), StringComparison.Ordinal);
    }

    // A fault of the server's, whose exception is in the log.
    private async Task<string> FaultAsync()
    {
        await server.Database.ExecuteAsync("alter table core.users rename column display_name to hidden");
        var answer = await server.AskAsync(User, new { id = server.Ada });
        await server.Database.ExecuteAsync("alter table core.users rename column hidden to display_name");
        return answer.GetProperty("errors")[0].GetProperty("extensions").GetProperty("traceId").GetString()!;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var patience = 600; !condition(); patience--)
        {
            Assert.True(patience > 0, "It was not exported.");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }
}
