// That a differential run can fail: it finds engines that were spoilt, and what it shows of them is short.
using Analytics.Gql.Differential;
using Analytics.Gql.Differential.Operations;
using Analytics.Gql.Differential.Oracle;
using Analytics.Gql.Tests.Fixtures;
using Xunit.Abstractions;

namespace Analytics.Gql.Tests.Refresh.Differential;

public sealed class SpoiltEngineTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("join places as p on p.session_id = s.session_id", "join places as p on false")]
    [InlineData("v.user_id is null, state.generation", "false, state.generation")]
    public async Task A_drain_that_forgets_something_is_found_and_its_sequence_is_short(string engine, string spoilt)
    {
        var result = await RunSpoiltAsync(database => ReplaceAsync(database, "analytics.recompute", engine, spoilt));
        AssertShort(result, most: 10);
    }

    [Fact]
    public async Task A_trigger_that_does_not_fire_is_found_and_its_sequence_is_short()
    {
        var result = await RunSpoiltAsync(database =>
            database.ExecuteAsync("alter table core.sets disable trigger analytics_stage_delete"));
        AssertShort(result, most: 10);
    }

    [Fact]
    public async Task A_freshness_that_hides_what_is_pending_is_found()
    {
        var result = await RunSpoiltAsync(database =>
            ReplaceAsync(database, "analytics.counted_freshness", "coalesce(q.rows, 0)::int", "0"));
        Assert.Equal("dishonest", result.Failure?.Difference.Kind);
        AssertShort(result, most: 10);
    }

    [Fact]
    public async Task A_queue_that_is_taken_for_empty_is_found()
    {
        var result = await RunSpoiltAsync(database => ReplaceAsync(database, "analytics.freshness", " and q.is_settled", ""));
        Assert.Equal("dishonest", result.Failure?.Difference.Kind);
        AssertShort(result, most: 10);
    }

    [Fact]
    public async Task A_definition_that_says_something_else_than_the_words_is_found()
    {
        var result = await RunSpoiltAsync(
            database => ReplaceAsync(database, "analytics.measured", "THEN amount", "THEN amount + 1"),
            Grounds.StartApiAsync);
        Assert.Equal("answer", result.Failure?.Difference.Kind);
    }

    private static void AssertShort(DifferentialResult result, int most)
    {
        Assert.NotNull(result.Failure?.Shortest);
        Assert.True(result.Failure.Shortest.Count <= most, result.Failure.ToString());
    }

    private Task<DifferentialResult> RunSpoiltAsync(Func<TestDatabase, Task> spoil, StartApi? startApi = null) =>
        RunAsync(new DifferentialSettings
        {
            Seed = 4,
            Operations = 4000,
            OperationsPerRound = 12, // few, so that a later change to the same session rarely mends what was forgotten
            Writers = 1,
            Drainers = 0, // or the order of the log is a guess, and its replay may not end wrong
            Pool = new Pool(4, 3, 8, 20),
            CreateGround = Grounds.Of(spoil),
            StartApi = startApi,
            Replays = 120,
        });

    private async Task<DifferentialResult> RunAsync(DifferentialSettings settings)
    {
        var result = await DifferentialRun.RunAsync(settings with { Log = output.WriteLine }, CancellationToken.None);
        output.WriteLine(result.Failure?.ToString() ?? "no difference");
        return result;
    }

    private static async Task ReplaceAsync(TestDatabase database, string function, string engine, string spoilt)
    {
        var definition = await database.ScalarAsync<string>(
            "select pg_get_functiondef(@function::regproc)", new { function });
        Assert.Contains(engine, definition, StringComparison.Ordinal);
        await database.ExecuteAsync(definition.Replace(engine, spoilt, StringComparison.Ordinal));
    }
}
