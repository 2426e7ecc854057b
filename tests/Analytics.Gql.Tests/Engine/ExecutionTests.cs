// How operations run: one fetch a loader and level, mutations in order.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Engine;

public sealed class ExecutionTests : IDisposable
{
    private readonly SampleEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Fifty_aliases_with_nested_lists_cost_one_fetch_a_loader_and_level()
    {
        var fields = Enumerable.Range(1, 50).Select(n =>
            $"a{n}: person(id: \"{SampleIds.Id(n * 10)}\") {{ slowly name weeks(count: {n % 5}) {{ start }} "
            + "friend { weeks { start } } }");
        var answer = await _engine.RunAsync($"{{ {string.Join(' ', fields)} }}");
        Assert.False(answer.TryGetProperty("errors", out _));
        Assert.Equal("Person 500", answer.GetProperty("data").GetProperty("a50").GetProperty("slowly").GetString());
        Assert.Equal([("person", 50), ("person", 50), ("week", 50), ("week", 50)], _engine.Sample.Fetches.Order());
    }

    [Fact]
    public async Task A_list_of_users_and_their_weeks_cost_one_fetch_each()
    {
        var ids = Enumerable.Range(1, 100).Select(SampleIds.Id);
        var answer = await _engine.RunAsync(
            "query ($ids: [ID!]!) { people(ids: $ids) { id weeks(count: 12) { start volumeKg } } }", new { ids });
        Assert.Equal(100, answer.GetProperty("data").GetProperty("people").GetArrayLength());
        Assert.Equal([("person", 100), ("week", 100)], _engine.Sample.Fetches);
    }

    [Fact]
    public async Task Each_operation_has_a_cache_of_its_own()
    {
        var query = $"{{ person(id: \"{SampleIds.Id(1)}\") {{ name }} }}";
        await _engine.RunAsync(query);
        await _engine.RunAsync(query);
        Assert.Equal([("person", 1), ("person", 1)], _engine.Sample.Fetches);
    }

    [Fact]
    public async Task Mutations_run_one_after_another()
    {
        var change = $"change(input: {{personId: \"{SampleIds.Id(1)}\", weeks: [\"2026-01-05\"], order: LATEST_FIRST}})";
        var answer = await _engine.RunAsync($"mutation {{ a: {change} b: {change} c: {change} }}");
        Assert.Equal("""{"a":1,"b":2,"c":3}""", answer.Data());
    }

    [Fact]
    public async Task An_element_that_fails_is_null_with_its_own_path_and_its_siblings_stand()
    {
        var answer = await _engine.RunAsync(
            $"{{ people(ids: [\"{SampleIds.Id(1)}\", \"{SampleIds.Id(5_000)}\"]) {{ name }} }}");
        Assert.Equal("""{"people":[{"name":"Person 1"},null]}""", answer.Data());
        Assert.Equal("NOT_FOUND", answer.Code());
        Assert.Equal("""["people",1]""", answer.Error().GetProperty("path").GetRawText());
    }

    [Fact]
    public async Task The_client_that_goes_away_cancels_what_resolvers_wait_for_and_nothing_is_logged()
    {
        using var client = new CancellationTokenSource();
        var running = _engine.RunAsync("{ hang }", ct: client.Token);
        await _engine.Sample.Entered.Task;
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await _engine.Sample.Cancelled.Task;
        Assert.Empty(_engine.Log.Entries);
    }
}
