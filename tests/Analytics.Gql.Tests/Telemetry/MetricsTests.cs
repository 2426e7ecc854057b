// What Prometheus scrapes: which names there are, and that they move when things happen.
using System.Net;
using Analytics.Gql.Tests.Http.Streaming;
using Snapshooter.Xunit;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class MetricsTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    private const string Subscription = "subscription ($id: ID!) { aggregatesRefreshed(userId: $id) { userId } }";

    [Fact]
    public async Task The_scrape_has_these_names_types_units_and_labels()
    {
        await server.UseAsync();
        // .NET's own depend on what its collector has done so far.
        string.Join('\n', (await server.ScrapeAsync()).Shape().Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal))).MatchSnapshot();
    }

    [Fact]
    public async Task An_operation_counts_under_its_name_only_where_its_document_is_trusted()
    {
        var moved = await MovedAsync(
            async () =>
            {
                await server.AskAsync("query AthletePage { freshness { isStale } }");
                await server.AskTrustedAsync("AthletePage.graphql", new { userId = server.Ada, from = "2026-03-02", to = "2026-03-29" });
            },
            move => move("analytics_operation_duration_seconds_count", []) == 2);
        Assert.Equal(1, moved("analytics_operation_duration_seconds_count", [("graphql_operation_name", "AthletePage"), ("analytics_outcome", "ok")]));
        Assert.Equal(1, moved("analytics_operation_duration_seconds_count", [("graphql_operation_name", "_OTHER"), ("analytics_outcome", "ok")]));
        Assert.Equal(2, moved("analytics_operation_statements_sum", [("graphql_operation_name", "AthletePage")]));
        Assert.Equal(1, moved("analytics_loader_batch_size_count", [("analytics_loader", "WeeklyAggregatesLoader")]));
    }

    [Fact]
    public async Task An_error_counts_under_its_code_whether_an_operation_or_a_request_got_it()
    {
        var moved = await MovedAsync(
            async () =>
            {
                await server.AskAsync("{ nothing }");
                using var refused = await server.Http.PostAsync(new Uri("/graphql", UriKind.Relative), new StringContent("{}"));
                Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
            },
            move => move("analytics_operation_errors_total", []) == 2);
        Assert.Equal(1, moved("analytics_operation_errors_total", [("error_type", "GRAPHQL_VALIDATION_FAILED")]));
        Assert.Equal(1, moved("analytics_operation_errors_total", [("error_type", "UNSUPPORTED_MEDIA_TYPE")]));
        // A rate is a difference: the first fault is seen only where a nought came before it.
        Assert.Contains((await server.ScrapeAsync()).Samples, s => s.Name == "analytics_operation_errors_total" && s.Labels["error_type"] == "INTERNAL");
    }

    [Fact]
    public async Task A_document_that_is_asked_again_is_a_hit()
    {
        var text = $"{{ a{Guid.NewGuid():n}: freshness {{ isStale }} }}";
        var moved = await MovedAsync(
            async () =>
            {
                for (var i = 0; i < 3; i++) await server.AskAsync(text);
            },
            move => move("analytics_document_cache_lookups_total", []) == 3);
        Assert.Equal(2, moved("analytics_document_cache_lookups_total", [("analytics_result", "hit")]));
    }

    [Fact]
    public async Task A_change_counts_when_it_is_drained_and_a_subscription_while_it_is_open()
    {
        var moved = await MovedAsync(
            async () =>
            {
                using var stream = await EventStream.OpenAsync(server.Http, Subscription, new { id = server.Ada });
                await server.ScrapeUntilAsync(s => s.Sum("analytics_subscriptions_open") == 1 && s.Sum("analytics_connections_open") == 1);
                await server.Workouts.SessionAsync(server.Ada, "2026-03-04T10:00:00Z");
                Assert.NotNull(await stream.NextAsync());
            },
            move => move("analytics_drain_changes_total", []) == 1 && move("analytics_subscriptions_open", []) == 0);
        Assert.InRange(moved("analytics_drain_keys_total", []), 2, 4);
        Assert.Equal(1, moved("analytics_drain_duration_seconds_count", [("analytics_outcome", "succeeded")]));
    }

    private delegate double Move(string name, (string, string)[] labels);

    private async Task<Move> MovedAsync(Func<Task> act, Func<Move, bool> done)
    {
        var before = await server.ScrapeAnewAsync();
        await act();
        var after = await server.ScrapeUntilAsync(s => done((name, labels) => s.Sum(name, labels) - before.Sum(name, labels)));
        return (name, labels) => after.Sum(name, labels) - before.Sum(name, labels);
    }

    [Fact]
    public async Task The_queue_and_the_mode_show_as_they_are()
    {
        await server.Database.ExecuteAsync("update analytics.refresh_state set mode = 'NightlyOnly'");
        try
        {
            await server.ScrapeUntilAsync(s => s.Sum("analytics_refresh_mode", ("analytics_refresh_mode", "NightlyOnly")) == 1);
            await server.Database.ExecuteAsync(
                "insert into analytics.staging_changes (user_id, changed_at) values (@ada, now() - interval '1 hour')", new { ada = server.Ada });
            var seen = await server.ScrapeUntilAsync(s => s.Sum("analytics_staging_changes") == 1);
            Assert.InRange(seen.Sum("analytics_staging_oldest_age_seconds"), 3600, 3700);
            Assert.InRange(seen.Sum("analytics_freshness_lag_seconds"), 3600, 3700);
            Assert.Equal(0, seen.Sum("analytics_refresh_mode", ("analytics_refresh_mode", "Incremental")));
        }
        finally
        {
            await server.Database.ExecuteAsync("update analytics.refresh_state set mode = 'Incremental'");
        }
        await server.ScrapeUntilAsync(s => s.Sum("analytics_staging_changes") == 0 && s.Sum("analytics_freshness_lag_seconds") == 0);
    }

    [Fact]
    public async Task Metrics_have_a_port_of_their_own_which_answers_nothing_else()
    {
        using var atApi = await server.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, atApi.StatusCode);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.MetricsPort}") };
        using var spoofed = new HttpRequestMessage(HttpMethod.Get, "/graphql?query=%7Bfreshness%7BisStale%7D%7D");
        spoofed.Headers.Host = server.Http.BaseAddress!.Authority;
        using var api = await client.SendAsync(spoofed);
        Assert.Equal(HttpStatusCode.NotFound, api.StatusCode);
        using var scrape = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain", scrape.Content.Headers.ContentType!.MediaType);
    }
}
