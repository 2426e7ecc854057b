// What a trace shows: the request, its operation, each loader's batch and its statement; drains, full refreshes, jobs.
using System.Diagnostics;
using System.Net.Http.Json;
using Analytics.Gql.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Snapshooter.Xunit;

namespace Analytics.Gql.Tests.Telemetry;

public sealed class TraceTests(TracedServer server) : IClassFixture<TracedServer>, IAsyncLifetime
{
    private Guid _ada;

    public async Task InitializeAsync()
    {
        _ada = await server.Workouts.UserAsync();
        await server.Workouts.SessionAsync(_ada, "2026-03-04T10:00:00Z", "2026-03-04T11:00:00Z", 5000m, "run");
        await server.FreshAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_dashboards_operation_is_one_trace_from_the_request_to_its_statements()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations", "AthletePage.graphql"));
        var trace = await server.TraceAsync(() => PostAsync(new
        {
            documentId = DocumentFolder.IdOf(text),
            variables = new { userId = _ada, from = "2026-03-02", to = "2026-03-29" },
        }));
        trace.ToString().MatchSnapshot();
    }

    [Fact]
    public async Task A_text_of_the_clients_own_is_called_by_its_type_and_an_error_by_its_code()
    {
        var trace = await server.TraceAsync(() => PostAsync(new
        {
            query = "query Mine($id: ID!) { weeklyAggregates(userId: $id, from: \"2026-03-02\", to: \"2020-03-29\") { nodes { weekStart } } }",
            variables = new { id = _ada },
        }));
        var operation = Assert.Single(trace.Spans, span => span.OperationName == "GraphQL Operation");
        Assert.Equal(("query", "Mine", "BAD_USER_INPUT", "partial", ActivityStatusCode.Unset), (
            operation.DisplayName, operation.GetTagItem("graphql.operation.name"), operation.GetTagItem("error.type"),
            operation.GetTagItem("analytics.outcome"), operation.Status));
        Assert.Equal(false, operation.GetTagItem("analytics.document.trusted"));
    }

    [Fact]
    public async Task A_get_with_variables_in_its_address_keeps_them_out_of_the_trace()
    {
        var query = Uri.EscapeDataString("query ($id: ID!) { user(id: $id) { id } }");
        var variables = Uri.EscapeDataString($"{{\"id\":\"{_ada}\"}}");
        var trace = await server.TraceAsync(() => server.Http.GetStringAsync(new Uri($"/graphql?query={query}&variables={variables}", UriKind.Relative)));
        Assert.Contains(trace.Spans, span => span.OperationName == "GraphQL Operation");
        Assert.DoesNotContain(_ada.ToString(), Uri.UnescapeDataString(trace.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_tells_what_it_did_and_a_look_at_an_empty_queue_tells_nothing()
    {
        await using (await server.HoldDrainsAsync())
            await server.Workouts.SessionAsync(_ada, "2026-03-05T10:00:00Z");
        // The worker of the server may be the one that drains; its span is then a trace of its own.
        await server.FreshAsync();
        Assert.True(await server.EndedAsync(span => span is { OperationName: "drain", Parent: null }
            && span.GetTagItem("analytics.drain.changes") is long and > 0));
        var trace = await server.TraceAsync(() => server.Workouts.DrainAsync());
        Assert.DoesNotContain(trace.Spans, span => span.OperationName == "drain");
        Assert.DoesNotContain(server.Spans, span => span.Source.Name == "Npgsql" && span.Parent is null && span.ParentSpanId == default);
    }

    [Fact]
    public async Task A_full_refresh_has_a_span_for_each_view()
    {
        var trace = await server.TraceAsync(() => server.Workouts.FullRefreshAsync());
        var refresh = Assert.Single(trace.Spans, span => span.OperationName == "full refresh");
        var views = trace.Spans.Where(span => span.OperationName == "refresh view").ToList();
        Assert.Equal(["personal_records", "session_summary", "weekly_aggregates"], views.Select(view => (string)view.GetTagItem("analytics.aggregate")!).Order());
        Assert.All(views, view => Assert.Equal(refresh.SpanId, view.ParentSpanId));
        Assert.All(views, view => Assert.Contains(trace.Spans, sql => sql.ParentSpanId == view.SpanId && $"{sql.GetTagItem("db.query.text")}".Contains("analytics.refresh_aggregate", StringComparison.Ordinal)));
        Assert.Equal("succeeded", refresh.GetTagItem("analytics.outcome"));
    }

    [Fact]
    public async Task A_jobs_run_is_a_trace_and_its_lines_in_the_log_have_the_traces_id()
    {
        await server.Database.ExecuteAsync("alter table core.sets disable trigger analytics_stage_insert");
        try
        {
            var scheduler = await server.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
            await scheduler.TriggerJob(new JobKey("drift-audit"));
            await server.Database.UntilAsync("select exists (select from analytics.refresh_runs where kind = 'AUDIT')");
            await server.Database.UntilAsync("select not exists (select from quartz.qrtz_fired_triggers)");
            var run = Assert.Single(server.Spans, span => span.OperationName == "Quartz.Job.Execute"
                && Equals(span.GetTagItem("quartz.job.name"), "drift-audit") && Equals(span.GetTagItem("quartz.scheduler.id"), scheduler.SchedulerInstanceId));
            Assert.Contains(server.Spans, span => span.OperationName == "audit" && span.TraceId == run.TraceId);
            var line = Assert.Single(server.Scoped.Entries, entry => entry.Text.StartsWith("Changes are being missed", StringComparison.Ordinal));
            Assert.Equal(run.TraceId.ToHexString(), line.Scope["TraceId"]);
            Assert.Equal("drift-audit", line.Scope["quartz.job.name"]);
        }
        finally
        {
            await server.Database.ExecuteAsync("alter table core.sets enable trigger analytics_stage_insert");
        }
    }

    private async Task PostAsync(object request)
    {
        using var response = await server.Http.PostAsJsonAsync("/graphql", request);
        response.EnsureSuccessStatusCode();
    }
}
