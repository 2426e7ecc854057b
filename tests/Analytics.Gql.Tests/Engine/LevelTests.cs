// What a level does with several loaders, and when one of them fails.
using Analytics.Gql.Batching;
using Analytics.Gql.Engine;
using Analytics.Gql.Tests.Fixtures;
using GraphQL;
using GraphQL.DataLoader;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Engine;

public sealed class LevelTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SampleEngine _engine = new(services => services
        .AddSingleton<Gates>().AddScoped<LeftLoader>().AddScoped<RightLoader>()
        .AddGraphQLEngine<GatedQuery, SampleMutation>(_ => { }));

    private Gates Gates => _engine.Services.GetRequiredService<Gates>();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task All_loaders_of_a_level_fetch_at_once()
    {
        var running = _engine.RunAsync("{ left(key: 1) right(key: 2) again: left(key: 3) }");
        await Task.WhenAll(Gates.Left.Entered.Task, Gates.Right.Entered.Task).WaitAsync(Patience);
        Gates.Right.Open.SetResult();
        Gates.Left.Open.SetResult();
        Assert.Equal("""{"left":1,"right":2,"again":3}""", (await running).Data());
        Assert.Equal([[1, 3]], Gates.Left.Fetches);
    }

    [Fact]
    public async Task A_value_that_is_to_be_loaded_in_turn_is_a_level_of_its_own()
    {
        Gates.Left.Open.SetResult();
        Gates.Right.Open.SetResult();
        var answer = await _engine.RunAsync("{ a: twice(key: 1) b: twice(key: 2) }");
        Assert.Equal("""{"a":11,"b":12}""", answer.Data());
        Assert.Equal([[1, 2]], Gates.Left.Fetches);
        Assert.Equal([[11, 12]], Gates.Right.Fetches);
    }

    [Fact]
    public async Task The_client_that_goes_away_is_let_go_when_no_loader_fetches_any_more()
    {
        using var client = new CancellationTokenSource();
        var running = _engine.RunAsync("{ left(key: 1) right(key: 2) }", ct: client.Token);
        await Task.WhenAll(Gates.Left.Entered.Task, Gates.Right.Entered.Task).WaitAsync(Patience);
        await client.CancelAsync();
        Gates.Left.Open.SetCanceled(client.Token);
        Assert.NotSame(running, await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(100))));
        Gates.Right.Open.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_fetch_that_fails_leaves_the_others_their_values()
    {
        Gates.Left.Open.SetException(new ClientError(ErrorCodes.NotFound, "There is none."));
        Gates.Right.Open.SetResult();
        var answer = await _engine.RunAsync("{ left(key: 1) right(key: 2) again: left(key: 3) }");
        Assert.Equal("""{"left":null,"right":2,"again":null}""", answer.Data());
        Assert.Equal(2, answer.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task The_loaders_of_a_large_operation_take_turns_and_a_small_one_need_not()
    {
        using var engine = new SampleEngine(services => services
            .AddSingleton<Gates>().AddScoped<LeftLoader>().AddScoped<RightLoader>()
            .AddSingleton(new FetchPlaces(most: 1, largeFrom: 2)).AddGraphQLEngine<GatedQuery, SampleMutation>(_ => { }));
        var gates = engine.Services.GetRequiredService<Gates>();
        var large = engine.RunAsync("{ left(key: 1) right(key: 2) }");
        await gates.Left.Entered.Task.WaitAsync(Patience);
        Assert.False(gates.Right.Entered.Task.IsCompleted);
        gates.Right.Open.SetResult();
        Assert.Equal("""{"right":3}""", (await engine.RunAsync("{ right(key: 3) }").WaitAsync(Patience)).Data());
        Assert.Equal([[3]], gates.Right.Fetches);
        gates.Left.Open.SetResult();
        Assert.Equal("""{"left":1,"right":2}""", (await large.WaitAsync(Patience)).Data());
        Assert.Equal([[3], [2]], gates.Right.Fetches);
    }
}

public sealed class Gate
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<IReadOnlyList<int>> Fetches { get; } = [];
}

public sealed class Gates
{
    public Gate Left { get; } = new();

    public Gate Right { get; } = new();
}

/// <summary>Gives each key back when its gate opens.</summary>
public abstract class GatedLoader(Gate gate) : BatchLoader<int, int>
{
    protected override async Task<IReadOnlyList<int>> FetchAsync(IReadOnlyList<int> keys, CancellationToken ct)
    {
        gate.Fetches.Add(keys);
        gate.Entered.TrySetResult();
        await gate.Open.Task;
        return keys;
    }
}

public sealed class LeftLoader(Gates gates) : GatedLoader(gates.Left);

public sealed class RightLoader(Gates gates) : GatedLoader(gates.Right);

[Name("Query")]
public sealed class GatedQuery
{
    public static IDataLoaderResult<int?> Left([FromServices] LeftLoader loader, int key) => loader.Load(key).Then(n => (int?)n);

    public static IDataLoaderResult<int?> Right([FromServices] RightLoader loader, int key) => loader.Load(key).Then(n => (int?)n);

    public static IDataLoaderResult<IDataLoaderResult<int>> Twice(
        [FromServices] LeftLoader left, [FromServices] RightLoader right, int key) => left.Load(key).Then(n => right.Load(n + 10));
}
