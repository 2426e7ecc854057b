// What a differential run needs from the tests' PostgreSQL: databases, engines with a fault in them, an API to ask.
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Differential.Oracle;
using Analytics.Gql.Differential.Running;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Refresh.Differential;

internal static class Grounds
{
    /// <summary>Of the engine as it is, or of one that is first spoilt.</summary>
    public static CreateGround Of(Func<TestDatabase, Task>? spoil = null) => async _ =>
    {
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        if (spoil is not null)
            await spoil(database);
        return new Ground(database.ConnectionString, database.DisposeAsync);
    };

    /// <summary>The real server over HTTP; its worker drains as one more node.</summary>
    public static async Task<AskedApi> StartApiAsync(Ground ground, CancellationToken ct)
    {
        // No night to catch up at the start.
        await new Store.Refresh.FullRefresh(ground.ConnectionString).RunAsync(ct);
        var app = AnalyticsServer.Build(
            [
                "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
                $"--ConnectionStrings:Analytics={ground.ConnectionString}",
            ],
            builder => builder.Logging.SetMinimumLevel(LogLevel.Critical));
        await app.StartAsync(ct);
        var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        return new AskedApi(AskAsync, async () =>
        {
            http.Dispose();
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        });

        async Task<JsonElement> AskAsync(string query, object variables, CancellationToken token)
        {
            using var response = await http.PostAsJsonAsync("/graphql", new { query, variables }, token);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(token);
            return answer.TryGetProperty("errors", out var errors)
                ? throw new InvalidOperationException(errors.ToString())
                : answer.GetProperty("data");
        }
    }
}
